#include "wayside/net/shortage.hpp"

#include <boost/system/errc.hpp>

namespace wayside::net {

bool is_local_shortage(const error_code& ec) noexcept {
  using namespace boost::system;
  for (const auto shortage : {errc::too_many_files_open, errc::too_many_files_open_in_system,
                              errc::no_buffer_space, errc::not_enough_memory, errc::address_not_available,
                              errc::resource_unavailable_try_again, errc::no_space_on_device}) {
    if (ec == shortage) return true;
  }
  return false;
}

}  // namespace wayside::net
