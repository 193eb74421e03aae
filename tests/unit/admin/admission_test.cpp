#include "admin/admission.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace wayside::admin {
namespace {

using boost::asio::ip::tcp;

class AdmissionTest : public testing::Test {
 protected:
  // A connection over the loopback; the client's end is in clients_.
  Connection& connect() {
    clients_.emplace_back(io_context_).connect(acceptor_.local_endpoint());
    Socket accepted(io_context_);
    acceptor_.accept(accepted);
    return connections_.emplace_back(std::move(accepted));
  }
  Connection& admitted(Admission& admission) {
    Connection& connection = connect();
    EXPECT_TRUE(admission.admit(connection));
    return connection;
  }
  Connection& reading(Admission& admission, const std::shared_ptr<const std::string>& page) {
    Connection& connection = admitted(admission);
    admission.begin_answer(connection);
    connection.page = page;
    return connection;
  }

  boost::asio::io_context io_context_;
  boost::asio::basic_socket_acceptor<tcp, net::Executor> acceptor_{
      io_context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
  std::list<tcp::socket> clients_;
  std::list<Connection> connections_;
};

using AdmissionPlaces = AdmissionTest;
using AdmissionMemory = AdmissionTest;

constexpr AdmissionLimits kFew{
    .places = 2, .reserved_places = 2, .page_bytes = 100, .pages_whatever_bytes = 1};

TEST_F(AdmissionPlaces, TheOneThatHasWaitedLongestMakesRoom) {
  Admission admission(kFew);
  Connection& first = admitted(admission);
  Connection& second = admitted(admission);
  admission.begin_answer(first);
  admission.end_answer(first);
  Connection& third = admitted(admission);
  EXPECT_TRUE(Admission::is_closed(second));
  EXPECT_FALSE(second.stream.socket().is_open());
  EXPECT_FALSE(Admission::is_closed(first));
  EXPECT_FALSE(third.is_reserved);
  admission.close_all();
  EXPECT_TRUE(Admission::is_closed(first));
  EXPECT_TRUE(Admission::is_closed(third));
}

TEST_F(AdmissionPlaces, AConnectionThatEndsLeavesItsPlace) {
  Admission admission(kFew);
  Connection& stays = admitted(admission);
  admission.begin_answer(stays);
  admission.begin_answer(admitted(admission));
  connections_.pop_back();
  EXPECT_FALSE(admitted(admission).is_reserved);
  EXPECT_FALSE(Admission::is_closed(stays));
}

TEST_F(AdmissionPlaces, ARequestThatWasNotReadYetIsUnderWay) {
  Admission admission(kFew);
  Connection& asks = admitted(admission);
  Connection& silent = admitted(admission);
  boost::asio::write(clients_.front(), boost::asio::buffer("GET", 3));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (asks.stream.socket().available() == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_FALSE(admitted(admission).is_reserved);
  EXPECT_FALSE(Admission::is_closed(asks));
  EXPECT_TRUE(Admission::is_closed(silent));
}

TEST_F(AdmissionPlaces, ReservedOnesAreForWhoeverComesWhileAllAreBusy) {
  Admission admission(kFew);
  Connection& busy = admitted(admission);
  admission.begin_answer(busy);
  admission.begin_answer(admitted(admission));
  Connection& reserved = admitted(admission);
  EXPECT_TRUE(reserved.is_reserved);
  Connection& other = admitted(admission);
  EXPECT_TRUE(other.is_reserved);
  // Silent connections make room there too.
  EXPECT_TRUE(admitted(admission).is_reserved);
  EXPECT_TRUE(Admission::is_closed(reserved));

  admission.begin_answer(other);
  EXPECT_TRUE(other.is_reserved);
  EXPECT_TRUE(admission.may_take_long(other)) << "half of the reserved places are still free";
  Connection& last = admitted(admission);
  admission.begin_answer(last);
  EXPECT_FALSE(admission.may_take_long(last));
  EXPECT_TRUE(admission.may_take_long(busy));
  EXPECT_FALSE(admission.admit(connect())) << "no connection waits";
}

TEST_F(AdmissionPlaces, AReservedOneIsLeftForAnOrdinaryOne) {
  Admission admission(kFew);
  Connection& busy = admitted(admission);
  admission.begin_answer(busy);
  admission.begin_answer(admitted(admission));
  Connection& reserved = admitted(admission);
  ASSERT_TRUE(reserved.is_reserved);
  admission.end_answer(busy);
  admission.begin_answer(reserved);
  EXPECT_FALSE(reserved.is_reserved);
  EXPECT_TRUE(Admission::is_closed(busy)) << "it waited";
}

TEST_F(AdmissionMemory, ReadersOfTheOldestPageMakeRoom) {
  Admission admission({.page_bytes = 100, .pages_whatever_bytes = 1});
  const auto page = [] { return std::make_shared<const std::string>(60, 'x'); };
  const auto shared = page();
  Connection& first = reading(admission, shared);
  EXPECT_TRUE(admission.is_short_of_memory());
  Connection& second = reading(admission, shared);
  admission.make_room_for_a_page();
  EXPECT_FALSE(Admission::is_closed(first)) << "a shared page counts once";

  Connection& third = reading(admission, page());
  Connection& fourth = reading(admission, shared);
  admission.make_room_for_a_page();
  EXPECT_TRUE(Admission::is_closed(first));
  EXPECT_TRUE(Admission::is_closed(second));
  EXPECT_TRUE(Admission::is_closed(fourth));
  EXPECT_FALSE(Admission::is_closed(third));
  EXPECT_NE(first.page, nullptr) << "its last write may still be under way";
}

TEST_F(AdmissionMemory, AFewPagesMayBeOfAnySize) {
  Admission admission({.page_bytes = 100, .pages_whatever_bytes = 2});
  Connection& first = reading(admission, std::make_shared<const std::string>(1'000, 'x'));
  reading(admission, std::make_shared<const std::string>(1'000, 'x'));
  admission.make_room_for_a_page();
  EXPECT_FALSE(Admission::is_closed(first));
  admission.end_answer(first);
  EXPECT_EQ(first.page, nullptr);
}

}  // namespace
}  // namespace wayside::admin
