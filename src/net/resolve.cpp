#include "net/resolve.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>

namespace wayside::net {
namespace {

error_code to_error_code(int code) {
  switch (code) {
    case EAI_AGAIN:
      return boost::asio::error::host_not_found_try_again;
    case EAI_MEMORY:
      return boost::asio::error::no_memory;
    case EAI_SYSTEM:
      return {errno, boost::system::system_category()};
    default:
      return boost::asio::error::host_not_found;
  }
}

}  // namespace

Result<std::vector<StreamProtocol::endpoint>> resolve(const std::string& host, const std::string& port,
                                                      int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); code != 0) {
    return to_error_code(code);
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  std::vector<StreamProtocol::endpoint> endpoints;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    endpoints.emplace_back(entry->ai_addr, entry->ai_addrlen, entry->ai_protocol);
  }
  if (endpoints.empty()) return error_code(boost::asio::error::host_not_found);
  return endpoints;
}

}  // namespace wayside::net
