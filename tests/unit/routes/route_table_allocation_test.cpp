// Matching allocates nothing. This file replaces operator new for its whole executable, to count.
#include "wayside/routes/route_table.hpp"
#include "wayside/routes/unmatched.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);
}

void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace wayside::routes {
namespace {

TEST(RouteTableMatch, AllocatesNothing) {
  std::vector<RouteSpec> specs;
  for (int i = 0; i < 1000; ++i) {
    specs.push_back({"/a-service-with-a-long-name-" + std::to_string(i) + "/{id}/items/{item}", {}, {}, 0});
  }
  specs.push_back({"/static/{rest...}", {}, {}, 0});
  const auto table = RouteTable::build(specs);
  ASSERT_TRUE(table.has_value());
  const std::string long_segment = "/static/" + std::string(5000, 'x');

  const std::size_t before = allocations.load();
  RouteId sum = 0;
  sum +=
      table->match(Method::get, "/a-service-with-a-long-name-999/a-long-identifier-of-a-user/items/42?q=1");
  sum += table->match(Method::post, "/a-service-with-a-long-name-7/a-long-identifier-of-a-user/nothing/here");
  sum += table->match(Method::get, "http://host.example/static/a/long/way/down/to/the/file.css");
  sum += table->match(Method::get, long_segment);
  sum += table->match(Method::unknown, "*");
  const std::size_t after = allocations.load();

  EXPECT_EQ(after - before, 0U);
  EXPECT_EQ(sum, 1000U + 1001U + 1001U);
  EXPECT_GT(before, 0U) << "the counter counts";
}

TEST(RouteTableMatch, AllocatesNothingForWhatItDoesNotMatch) {
  std::array<char, 256> buffer;
  const std::size_t before = allocations.load();
  std::size_t sum = 0;
  for (const std::string_view target : {"/users//%34%32/a-long-identifier-of-a-user?x", "/", "*"})
    sum += unmatched_label(UnmatchedPolicy::kGuess, target, buffer).size();
  EXPECT_EQ(allocations.load() - before, 0U);
  EXPECT_EQ(sum, std::string_view("/users/{id}/a-long-identifier-of-a-user"
                                  "/"
                                  "unmatched")
                     .size());
}

}  // namespace
}  // namespace wayside::routes
