// The query of a request target: which families a scrape asks for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wayside::admin {

// The values of every `name[]` in the query of `target`, percent-decoded: `/metrics?name[]=a&name%5B%5D=b`.
// As Prometheus' own client libraries have it, other parameters are passed over.
std::vector<std::string> wanted_names(std::string_view target);

}  // namespace wayside::admin
