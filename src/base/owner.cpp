#include "wayside/base/owner.hpp"

#include "wayside/base/quote.hpp"

#include <charconv>
#include <grp.h>
#include <pwd.h>
#include <system_error>

namespace wayside {
namespace {

template <class Number>
std::optional<Number> to_number(std::string_view text) noexcept {
  Number number{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<uid_t> find_user(const std::string& name) {
  const passwd* const entry = ::getpwnam(name.c_str());
  return entry != nullptr ? entry->pw_uid : to_number<uid_t>(name);
}

std::optional<gid_t> find_group(const std::string& name) {
  const ::group* const entry = ::getgrnam(name.c_str());
  return entry != nullptr ? entry->gr_gid : to_number<gid_t>(name);
}

}  // namespace

Checked<Owner, std::string> find_owner(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string user(text.substr(0, colon));
  const std::string group(colon == text.npos ? std::string_view() : text.substr(colon + 1));
  Owner owner;
  if (!user.empty() && !(owner.user = find_user(user))) return "no user " + in_quotes(user);
  if (!group.empty() && !(owner.group = find_group(group))) return "no group " + in_quotes(group);
  return owner;
}

}  // namespace wayside
