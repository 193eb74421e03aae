// Reads the query of a request: the metric families that a scrape selects, and the parameters of the API.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::admin {

// The values of every `name[]` in the query of `target`, percent-decoded: `/metrics?name[]=a&name%5B%5D=b`.
// Other parameters are ignored, as in Prometheus' client libraries.
std::vector<std::string> wanted_names(std::string_view target);

// The value of the first parameter `name`, percent-decoded; nothing: there is none.
std::optional<std::string> query_value(std::string_view target, std::string_view name);

}  // namespace wayside::admin
