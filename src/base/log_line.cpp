#include "wayside/base/log_line.hpp"

#include "wayside/base/quote.hpp"

#include <algorithm>

namespace wayside {
namespace {

// Half a line, so that fields find room beside the longest message.
constexpr std::size_t kMaxMessage = kMaxLogLine / 2;
// `"..."`: what the shortest cut value takes.
constexpr std::size_t kMinQuoted = 5;

void append_number(std::string& out, unsigned value, std::size_t width) {
  const std::string digits = std::to_string(value);
  out.append(width - std::min(width, digits.size()), '0');
  out += digits;
}

void append_time(std::string& out, std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto milliseconds_since_epoch = floor<milliseconds>(time);
  const auto day = floor<days>(milliseconds_since_epoch);
  const year_month_day date{day};
  const hh_mm_ss clock{milliseconds_since_epoch - day};
  append_number(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += '-';
  append_number(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_number(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_number(out, static_cast<unsigned>(clock.hours().count()), 2);
  out += ':';
  append_number(out, static_cast<unsigned>(clock.minutes().count()), 2);
  out += ':';
  append_number(out, static_cast<unsigned>(clock.seconds().count()), 2);
  out += '.';
  append_number(out, static_cast<unsigned>(clock.subseconds().count()), 3);
  out += 'Z';
}

// Whether logfmt needs no quotes around the value.
bool is_plain(std::string_view value) noexcept {
  return !value.empty() && std::ranges::all_of(value, [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '=' && c != '\\';
  });
}

}  // namespace

std::string format_log_line(std::chrono::system_clock::time_point time, LogLevel level,
                            std::string_view message, std::initializer_list<LogField> fields) {
  std::string line = "ts=";
  append_time(line, time);
  line += " level=";
  line += to_string(level);
  line += " msg=";
  append_quoted(line, message, kMaxMessage);
  for (const LogField& field : fields) {
    const std::size_t room = kMaxLogLine - 1 - line.size();  // the line break has its place
    const std::size_t frame = field.key.size() + 2;          // the space before, the sign after
    if (room < frame + kMinQuoted) break;
    line += ' ';
    line += field.key;
    line += '=';
    if (is_plain(field.value) && field.value.size() <= room - frame) {
      line += field.value;
    } else {
      append_quoted(line, field.value, room - frame);
    }
  }
  line += '\n';
  return line;
}

}  // namespace wayside
