#include "admin/admission.hpp"

#include "wayside/base/result.hpp"

#include <algorithm>
#include <vector>

namespace wayside::admin {
namespace {

// Unread bytes are a request, so such a connection is not idle.
bool has_unread_bytes(Connection& connection) {
  error_code error;
  return connection.stream.socket().available(error) != 0;
}

}  // namespace

bool Admission::admit(Connection& newcomer) {
  for (const bool reserved : {false, true}) {
    if (!make_place(reserved)) continue;
    newcomer.is_reserved = reserved;
    waiting_.push_back(newcomer);
    return true;
  }
  return false;
}

void Admission::begin_answer(Connection& connection) {
  connection.unlink();
  if (connection.is_reserved && make_place(false)) connection.is_reserved = false;
  answering_.push_back(connection);
}

void Admission::end_answer(Connection& connection) {
  if (is_closed(connection)) return;
  connection.page.reset();
  connection.unlink();
  waiting_.push_back(connection);
}

bool Admission::may_take_long(const Connection& connection) const noexcept {
  if (!connection.is_reserved) return true;
  const auto busy = std::ranges::count(answering_, true, &Connection::is_reserved);
  return static_cast<std::size_t>(busy) <= limits_.reserved_places / 2;
}

void Admission::make_room_for_a_page() {
  while (is_too_much(pages_being_sent())) {
    const auto oldest =
        std::ranges::find_if(answering_, [](const Connection& each) { return each.page != nullptr; });
    const std::string* const page = oldest->page.get();
    for (auto each = oldest; each != answering_.end();) {
      Connection& connection = *each++;
      if (connection.page.get() == page) close(connection);
    }
  }
}

void Admission::close_all() {
  for (List* const list : {&waiting_, &answering_}) {
    while (!list->empty())
      close(list->front());
  }
}

std::size_t Admission::count(bool reserved) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(waiting_, reserved, &Connection::is_reserved) +
                                  std::ranges::count(answering_, reserved, &Connection::is_reserved));
}

// Closes the connection that has waited longest if all places of the kind are taken. False if none waits.
bool Admission::make_place(bool reserved) {
  if (count(reserved) < (reserved ? limits_.reserved_places : limits_.places)) return true;
  const auto oldest = std::ranges::find_if(waiting_, [reserved](Connection& each) {
    return each.is_reserved == reserved && !has_unread_bytes(each);
  });
  if (oldest == waiting_.end()) return false;
  close(*oldest);
  return true;
}

// connection.page stays: the connection's coroutine may be sending it.
void Admission::close(Connection& connection) {
  connection.unlink();
  connection.stream.close();
}

PageMemory Admission::pages_being_sent() const {
  std::vector<const std::string*> pages;
  for (const Connection& connection : answering_) {
    if (connection.page) pages.push_back(connection.page.get());
  }
  std::ranges::sort(pages);
  pages.erase(std::unique(pages.begin(), pages.end()), pages.end());
  PageMemory sum{.count = pages.size(), .bytes = 0};
  for (const std::string* const page : pages)
    sum.bytes += page->size();
  return sum;
}

}  // namespace wayside::admin
