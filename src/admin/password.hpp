// Passwords and their hashes by bcrypt.
#pragma once

#include "wayside/admin/access.hpp"

#include <span>
#include <string>

namespace wayside::admin {

// Whether `hash` is that of the password: takes 2^cost rounds, and as long whatever the password. Throws
// std::bad_alloc.
bool matches(const std::string& password, const std::string& hash);

// A hash to compare the password of an unknown user with, so that it takes as long as that of a known one: it
// has the highest cost of theirs. `users` is not empty, and has hashes of bcrypt.
std::string decoy_hash(std::span<const Access::User> users);

}  // namespace wayside::admin
