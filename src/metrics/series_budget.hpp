// Who may have how many series.
//
// Each endpoint has an account. What it is guaranteed is set apart for it alone. Beyond that it has an
// allowance: what no endpoint without one may take, and no endpoint that has used up its own. So a route that
// the configuration names finds room when others do not, while what it leaves unused is there for other
// routes. At most half of the budget is kept back for allowances.
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
    std::size_t guarantee_;  // of what is guaranteed, what was not taken yet
    std::size_t held_ = 0;   // what of that is set apart, as there was room for it
    std::size_t allowance_;  // not taken yet
    bool is_open_ = false;
  };

  explicit SeriesBudget(std::size_t max_series) noexcept : max_(max_series) {}

  // Sets apart what the account is guaranteed, as far as there is room, and keeps its allowance. Again: sets
  // apart what there was no room for before.
  void open(Account& account) noexcept {
    if (!account.is_open_) kept_ += account.allowance_;
    account.is_open_ = true;
    const std::size_t more = std::min(account.guarantee_ - account.held_, room());
    account.held_ += more;
    used_ += more;
  }

  // Gives back what the account has not taken. It may go on taking what anybody may.
  void close(Account& account) noexcept {
    if (!account.is_open_) return;
    account.is_open_ = false;
    kept_ -= account.allowance_;
    used_ -= std::exchange(account.held_, 0);
  }

  // What an open account is guaranteed and there was no room for.
  static std::size_t lacking(const Account& account) noexcept {
    return account.is_open_ ? account.guarantee_ - account.held_ : 0;
  }

  // Takes that many series, all or none. `is_guaranteed`: they are what the guarantee is meant for.
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

  // Whether an account without an allowance finds that much.
  bool has_room_for(std::size_t series) const noexcept { return series + kept_from(0) <= room(); }

  std::size_t max() const noexcept { return max_; }
  std::size_t taken() const noexcept { return taken_; }

 private:
  std::size_t room() const noexcept { return max_ - used_; }
  // What is kept from an account with that allowance left.
  std::size_t kept_from(std::size_t own) const noexcept { return std::min(kept_ - own, max_ / 2); }

  const std::size_t max_;
  std::size_t used_ = 0;   // taken or set apart; at most max_
  std::size_t taken_ = 0;  // taken
  std::size_t kept_ = 0;   // the allowances of open accounts
};

}  // namespace wayside::metrics
