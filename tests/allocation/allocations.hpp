// Counts what a process allocates, by standing in for malloc and its kin: Asio's own recycling goes to
// aligned_alloc, so counting operator new alone would miss half.
//
// Link allocations.cpp into a test program to have it; not under AddressSanitizer, which does the same.
#pragma once

#include <cstddef>

namespace wayside::test {

// Calls to malloc, calloc, realloc, aligned_alloc and posix_memalign so far, of all threads.
std::size_t allocation_count() noexcept;

}  // namespace wayside::test
