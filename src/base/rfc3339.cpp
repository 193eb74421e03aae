#include "wayside/base/rfc3339.hpp"

#include <algorithm>

namespace wayside {

Rfc3339::Rfc3339(std::chrono::system_clock::time_point time, Precision precision) noexcept {
  using namespace std::chrono;
  constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z";
  constexpr std::size_t kPoint = kForm.find('.');
  static_assert(kForm.size() == std::tuple_size_v<decltype(text_)>);
  std::ranges::copy(kForm, text_.begin());
  const auto whole = floor<milliseconds>(time);
  const auto day = floor<days>(whole);
  const year_month_day date{day};
  const hh_mm_ss clock{whole - day};
  write_digits(0, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  write_digits(5, 2, static_cast<unsigned>(date.month()));
  write_digits(8, 2, static_cast<unsigned>(date.day()));
  write_digits(11, 2, static_cast<unsigned>(clock.hours().count()));
  write_digits(14, 2, static_cast<unsigned>(clock.minutes().count()));
  write_digits(17, 2, static_cast<unsigned>(clock.seconds().count()));
  if (precision == Precision::kSeconds) {
    text_[kPoint] = 'Z';
    size_ = kPoint + 1;
  } else {
    write_digits(kPoint + 1, 3, static_cast<unsigned>(clock.subseconds().count()));
    size_ = text_.size();
  }
}

void Rfc3339::write_digits(std::size_t at, std::size_t count, unsigned value) noexcept {
  for (std::size_t i = count; i-- > 0; value /= 10)
    text_[at + i] = static_cast<char>('0' + value % 10);
}

}  // namespace wayside
