// The request and the response of tests to which their content does not matter.
#pragma once

#include <string_view>

namespace wayside::test {

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
inline constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
// With the Date that wayside adds where there is none.
inline constexpr std::string_view kDatedOk = "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 2\r\n\r\nok";

}  // namespace wayside::test
