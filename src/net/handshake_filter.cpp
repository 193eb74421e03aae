#include "net/handshake_filter.hpp"

#include <array>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace wayside::net {

void drop_first_segments(int listening_socket) noexcept {
  int protocol = 0;
  socklen_t size = sizeof protocol;
  ::getsockopt(listening_socket, SOL_SOCKET, SO_PROTOCOL, &protocol, &size);
  if (protocol != IPPROTO_TCP) return;
  // The program sees the segment from its TCP header on. RFC 9293 section 3.1: SYN is 2, ACK is 16.
  constexpr unsigned kFlagsOffset = 13;
  std::array<sock_filter, 5> program = {{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlagsOffset),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 16 | 2),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  ::setsockopt(listening_socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

}  // namespace wayside::net
