#include "wayside/base/log_line.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/base/rfc3339.hpp"

#include <algorithm>

namespace wayside {
namespace {

// Half a line, so that fields find room beside the longest message.
constexpr std::size_t kMaxMessage = kMaxLogLine / 2;
// `"..."`: the size of the shortest cut value.
constexpr std::size_t kMinQuoted = 5;

// Whether logfmt needs no quotes around the value.
bool is_plain(std::string_view value) noexcept {
  return !value.empty() && std::ranges::all_of(value, [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '=' && c != '\\';
  });
}

}  // namespace

std::string format_log_line(std::chrono::system_clock::time_point time, LogLevel level,
                            std::string_view message, std::initializer_list<LogField> fields) {
  std::string line("ts=");
  line.append(Rfc3339(time).view()).append(" level=").append(to_string(level)).append(" msg=");
  append_quoted(line, message, kMaxMessage);
  for (const LogField& field : fields) {
    const std::size_t room = kMaxLogLine - 1 - line.size();  // less the line break
    const std::size_t frame = field.key.size() + 2;          // the space before the key, the "=" behind it
    if (room < frame + kMinQuoted) break;
    line.append(" ").append(field.key).append("=");
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
