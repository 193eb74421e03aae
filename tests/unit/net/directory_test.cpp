#include "net/directory.hpp"

#include "support/io_loop.hpp"
#include "support/no_threads.hpp"
#include "support/stuck_resolver.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wayside::net {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using test::run_until;

StreamProtocol::endpoint endpoint(const char* address) {
  return tcp::endpoint(boost::asio::ip::make_address(address), 80);
}

class RecordingAsker final : public Directory::Asker {
 public:
  void on_answer(const error_code& why) override { answers_.push_back(why); }
  const std::vector<error_code>& answers() const noexcept { return answers_; }

 private:
  std::vector<error_code> answers_;
};

class DirectoryTest : public testing::Test {
 protected:
  ~DirectoryTest() override {
    if (directory_) directory_->close();
  }
  void make(Address address) {
    directory_ = std::make_shared<Directory>(loop_.readiness, address, [this] { ++moves_; });
  }
  // A directory that has looked its name up.
  void make_answered(const char* addresses) {
    test::move_host(addresses);
    make({test::kMovingHost, 80, {}});
    const auto asker = std::make_shared<RecordingAsker>();
    directory_->ask(asker);
    ASSERT_TRUE(run_until(loop_, [&] { return !asker->answers().empty(); }));
  }
  // Until the entries are these, in this order.
  bool run_until_found(const std::vector<StreamProtocol::endpoint>& expected) {
    return run_until(loop_, [&] { return found() == expected; });
  }
  std::vector<StreamProtocol::endpoint> found() const {
    std::vector<StreamProtocol::endpoint> endpoints;
    for (const Directory::Entry& entry : directory_->entries())
      endpoints.push_back(entry.endpoint);
    return endpoints;
  }
  AddressId id(std::size_t index) const { return directory_->entries()[index].id; }

  test::IoLoop loop_;
  std::shared_ptr<Directory> directory_;
  int moves_ = 0;
};

TEST_F(DirectoryTest, HasOneEntryForAFixedAddressForEver) {
  const TimePoint later = Clock::now() + 24h;
  for (const Address& address :
       {Address{"127.0.0.1", 80, {}}, Address{"::1", 80, {}}, Address{{}, 0, "/a.sock"}}) {
    make(address);
    ASSERT_EQ(directory_->entries().size(), 1U);
    EXPECT_TRUE(directory_->has(id(0)));
    EXPECT_TRUE(directory_->is_usable(later));
    EXPECT_FALSE(directory_->may_have_changed(later));
  }
}

TEST_F(DirectoryTest, FindsEachAddressOfANameOnce) {
  const TimePoint before = Clock::now();
  test::move_host("127.0.0.1 127.0.0.2 127.0.0.1");
  make({test::kMovingHost, 80, {}});
  EXPECT_TRUE(directory_->entries().empty());
  EXPECT_FALSE(directory_->is_usable(before));
  EXPECT_TRUE(directory_->may_have_changed(before));

  const auto asker = std::make_shared<RecordingAsker>();
  directory_->ask(asker);
  EXPECT_TRUE(asker->answers().empty()) << "answered inside ask()";
  ASSERT_TRUE(run_until(loop_, [&] { return !asker->answers().empty(); }));
  EXPECT_EQ(asker->answers()[0], error_code());
  EXPECT_EQ(found(), std::vector({endpoint("127.0.0.1"), endpoint("127.0.0.2")}));
  EXPECT_NE(id(0), id(1));

  EXPECT_TRUE(directory_->is_usable(before));
  EXPECT_FALSE(directory_->may_have_changed(before));
  const TimePoint after = Clock::now();
  EXPECT_FALSE(directory_->is_usable(after + Connector::kUsable));
  EXPECT_TRUE(directory_->may_have_changed(after + Connector::kLeastAge));
  EXPECT_EQ(moves_, 0);
}

TEST_F(DirectoryTest, ReportsThatAnAddressIsGone) {
  make_answered("127.0.0.1 127.0.0.2");
  const AddressId gone = id(0);
  const AddressId stays = id(1);
  test::move_host("127.0.0.2 127.0.0.3");
  directory_->refresh(Clock::now() + Connector::kFresh);
  ASSERT_TRUE(run_until(loop_, [&] { return moves_ == 1; }));
  EXPECT_EQ(found(), std::vector({endpoint("127.0.0.2"), endpoint("127.0.0.3")}));
  EXPECT_EQ(id(0), stays);
  EXPECT_FALSE(directory_->has(gone));

  test::move_host("127.0.0.4 127.0.0.2 127.0.0.3");
  directory_->refresh(Clock::now() + Connector::kFresh);
  ASSERT_TRUE(run_until_found({endpoint("127.0.0.4"), endpoint("127.0.0.2"), endpoint("127.0.0.3")}));
  EXPECT_EQ(moves_, 1) << "an address more is no move";
}

TEST_F(DirectoryTest, LooksNothingUpWhileItsAnswerIsFresh) {
  make_answered("127.0.0.1");
  test::move_host("127.0.0.2");
  directory_->refresh(Clock::now() - Connector::kFresh);
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_EQ(found(), std::vector({endpoint("127.0.0.1")}));
}

TEST_F(DirectoryTest, PutsTheLastSuccessfulAddressFirst) {
  make_answered("127.0.0.1 127.0.0.2 127.0.0.3");
  directory_->note_connected(id(2));
  EXPECT_EQ(found(), std::vector({endpoint("127.0.0.3"), endpoint("127.0.0.1"), endpoint("127.0.0.2")}));
  // The entries of the next look-up keep that order.
  test::move_host("127.0.0.1 127.0.0.3 127.0.0.4");
  directory_->refresh(Clock::now() + Connector::kFresh);
  EXPECT_TRUE(run_until_found({endpoint("127.0.0.3"), endpoint("127.0.0.1"), endpoint("127.0.0.4")}));
}

TEST_F(DirectoryTest, TakesRefusalsForARestartForATime) {
  make({"127.0.0.1", 80, {}});
  const TimePoint now = Clock::now();
  EXPECT_FALSE(directory_->note_refused(now, 1s)) << "no connection has succeeded yet";
  directory_->note_connected(id(0));
  EXPECT_TRUE(directory_->note_refused(now, 1s));
  EXPECT_TRUE(directory_->note_refused(now + 999ms, 1s));
  EXPECT_FALSE(directory_->note_refused(now + 1s, 1s));
  directory_->note_alive();
  EXPECT_TRUE(directory_->note_refused(now + 2s, 1s));
  EXPECT_FALSE(directory_->note_refused(now + 3s, 1s));
  directory_->note_connected(id(0));
  EXPECT_TRUE(directory_->note_refused(now + 4s, 1s));
}

// Too long for a name, so no name server is asked.
TEST_F(DirectoryTest, AnswersWithTheErrorWithoutEntries) {
  make({std::string(300, 'x'), 80, {}});
  const auto asker = std::make_shared<RecordingAsker>();
  directory_->ask(asker);
  ASSERT_TRUE(run_until(loop_, [&] { return !asker->answers().empty(); }));
  EXPECT_NE(asker->answers()[0], error_code());
}

TEST_F(DirectoryTest, AnswersWithTheErrorWithoutThreads) {
  test::move_host("127.0.0.1");
  make({test::kMovingHost, 80, {}});
  const auto asker = std::make_shared<RecordingAsker>();
  {
    const test::NoThreads no_threads;
    directory_->ask(asker);
  }
  ASSERT_TRUE(run_until(loop_, [&] { return !asker->answers().empty(); }));
  EXPECT_EQ(asker->answers()[0], boost::system::errc::resource_unavailable_try_again);
}

TEST_F(DirectoryTest, KeepsItsEntriesIfALookUpFails) {
  make({test::kStuckHost, 80, {}});
  const auto first = std::make_shared<RecordingAsker>();
  directory_->ask(first);
  ASSERT_TRUE(run_until(loop_, [&] { return !first->answers().empty(); }));
  ASSERT_EQ(directory_->entries().size(), 1U);

  const test::StuckResolver resolver(1, 0);
  const auto second = std::make_shared<RecordingAsker>();
  directory_->refresh(Clock::now() + Connector::kFresh);
  directory_->ask(second);  // answered by the look-up under way
  ASSERT_TRUE(run_until(loop_, [&] { return !second->answers().empty(); }));
  EXPECT_EQ(second->answers()[0], error_code());
  EXPECT_EQ(found(), std::vector({endpoint("127.0.0.1")}));
}

TEST_F(DirectoryTest, StartsAnotherLookUpBesideOneThatHangs) {
  const test::StuckResolver resolver(0, 1);
  make({test::kStuckHost, 80, {}});
  const auto asker = std::make_shared<RecordingAsker>();
  directory_->ask(asker);
  ASSERT_TRUE(run_until(loop_, [&] { return !asker->answers().empty(); }));
  EXPECT_EQ(asker->answers()[0], error_code());
  EXPECT_EQ(found(), std::vector({endpoint("127.0.0.1")}));
}

TEST_F(DirectoryTest, AnswersAllAskersWithOneLookUp) {
  test::move_host("127.0.0.1");
  make({test::kMovingHost, 80, {}});
  const auto first = std::make_shared<RecordingAsker>();
  const auto second = std::make_shared<RecordingAsker>();
  auto gone = std::make_shared<RecordingAsker>();
  directory_->ask(first);
  directory_->ask(second);
  directory_->ask(gone);
  gone.reset();
  ASSERT_TRUE(run_until(loop_, [&] { return !second->answers().empty(); }));
  EXPECT_EQ(first->answers().size(), 1U);
  EXPECT_EQ(second->answers().size(), 1U);
}

TEST_F(DirectoryTest, AnswersNothingOnceItIsClosed) {
  make_answered("127.0.0.1");
  test::move_host("127.0.0.2");
  const auto asker = std::make_shared<RecordingAsker>();
  directory_->refresh(Clock::now() + Connector::kFresh);
  directory_->ask(asker);
  directory_->close();
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_TRUE(asker->answers().empty());
  EXPECT_EQ(moves_, 0);
}

}  // namespace
}  // namespace wayside::net
