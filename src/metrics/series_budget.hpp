// The budget of series, shared out among endpoints.
//
// Each endpoint has an account. Its guarantee is set apart for it alone. Its allowance is kept from endpoints
// that have none and from those that have used up theirs. So a configured route finds room when others do
// not, and the series that it does not use are there for other routes. At most half of the budget is kept for
// allowances.
//
// Not synchronised.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

namespace wayside::metrics {

class SeriesBudget {
 public:
  class Account {
   public:
    Account(std::size_t guarantee, std::size_t allowance) noexcept
        : guarantee_(guarantee), allowance_(allowance) {}

   private:
    friend SeriesBudget;
    std::size_t guarantee_;  // series that are guaranteed and were not taken yet
    std::size_t held_ = 0;   // those of them for which there was room: they are set apart
    std::size_t allowance_;  // not taken yet
    bool is_open_ = false;
  };

  explicit SeriesBudget(std::size_t max_series) noexcept : max_(max_series) {}

  // Sets the guarantee apart, as far as there is room, and keeps the allowance. On an open account: sets
  // apart what there was no room for before.
  void open(Account& account) noexcept {
    if (!account.is_open_) kept_ += account.allowance_;
    account.is_open_ = true;
    const std::size_t more = std::min(account.guarantee_ - account.held_, room());
    account.held_ += more;
    used_ += more;
  }

  // Gives back what the account has not taken. It may still take as an account without an allowance does.
  void close(Account& account) noexcept {
    if (!account.is_open_) return;
    account.is_open_ = false;
    kept_ -= account.allowance_;
    used_ -= std::exchange(account.held_, 0);
  }

  // The series that an open account is guaranteed and that there was no room for.
  static std::size_t lacking(const Account& account) noexcept {
    return account.is_open_ ? account.guarantee_ - account.held_ : 0;
  }

  // Takes that many series, all or none. `is_guaranteed`: the guarantee is meant for them.
  bool take(Account& account, std::size_t series, bool is_guaranteed) noexcept {
    const std::size_t guaranteed = is_guaranteed ? std::min(series, account.held_) : 0;
    const std::size_t other = series - guaranteed;
    const std::size_t allowed = account.is_open_ ? std::min(other, account.allowance_) : 0;
    const std::size_t own = account.is_open_ ? account.allowance_ : 0;
    if (other > 0 && other + (other > allowed ? kept_from(own) : 0) > room()) return false;
    account.guarantee_ -= guaranteed;
    account.held_ -= guaranteed;
    account.allowance_ -= allowed;
    kept_ -= allowed;
    used_ += other;
    taken_ += series;
    return true;
  }

  // Whether that many series are set apart for the account.
  static bool holds(const Account& account, std::size_t series) noexcept { return account.held_ >= series; }

  // Whether an account without an allowance finds room for that many.
  bool has_room_for(std::size_t series) const noexcept { return series + kept_from(0) <= room(); }

  std::size_t max() const noexcept { return max_; }
  std::size_t taken() const noexcept { return taken_; }

 private:
  std::size_t room() const noexcept { return max_ - used_; }
  // The series that are kept from an account with that allowance left.
  std::size_t kept_from(std::size_t own) const noexcept { return std::min(kept_ - own, max_ / 2); }

  const std::size_t max_;
  std::size_t used_ = 0;   // taken or set apart; at most max_
  std::size_t taken_ = 0;  // taken
  std::size_t kept_ = 0;   // the allowances of open accounts
};

}  // namespace wayside::metrics
