// The peer that a connector connects to: its address, and the TLS context for it.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/tls/client_context.hpp"

#include <memory>
#include <utility>

namespace wayside::net {

struct Target {
  // Not explicit: an address alone is a target.
  Target(Address where, std::shared_ptr<const tls::ClientContext> context = nullptr)
      : address(std::move(where)), tls(std::move(context)) {}

  Address address;
  std::shared_ptr<const tls::ClientContext> tls;  // nullptr: plain bytes
};

}  // namespace wayside::net
