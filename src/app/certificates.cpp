#include "app/certificates.hpp"

#include "wayside/app/process.hpp"
#include "wayside/config/difference.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <new>
#include <sys/stat.h>
#include <utility>

namespace wayside::app {
Certificates::Certificates(std::vector<config::ListenSpec> listen) : listen_(std::move(listen)) {}

Certificates::~Certificates() {
  stop();
}

Checked<void, StartError> Certificates::open() {
  opened_ = states();
  auto loaded = read(listen_);
  if (!loaded) return StartError{loaded.error().message};
  for (const auto& context : loaded->of_listener)
    current_.push_back(context == nullptr ? nullptr : std::make_shared<tls::CurrentContext>(context));
  return {};
}

Checked<Certificates::Loaded, tls::LoadError> Certificates::read(
    const std::vector<config::ListenSpec>& next) const {
  Loaded loaded = in_force();
  if (config::differ_in_tls_alone(loaded.listen, next)) loaded.listen = next;
  for (const config::ListenSpec& spec : loaded.listen) {
    if (!spec.tls) {
      loaded.of_listener.push_back(nullptr);
      continue;
    }
    auto context = tls::ServerContext::load(*spec.tls, tickets_);
    if (!context) {
      return tls::LoadError{
          fmt::format("the certificates of {}: {}", to_string(spec.address), context.error().message)};
    }
    loaded.of_listener.push_back(*std::move(context));
  }
  return loaded;
}

Certificates::Loaded Certificates::in_force() const {
  const std::lock_guard lock(mutex_);
  return {.listen = listen_, .of_listener = {}, .follows = generation_};
}

void Certificates::use(Loaded next) noexcept {
  const std::lock_guard lock(mutex_);
  put_in_force(next);
}

void Certificates::put_in_force(Loaded& next) noexcept {
  ++generation_;
  for (std::size_t i = 0; i < std::min(current_.size(), next.of_listener.size()); ++i) {
    if (current_[i] != nullptr && next.of_listener[i] != nullptr)
      current_[i]->replace(std::move(next.of_listener[i]));
  }
  listen_.swap(next.listen);
}

// Inherited sockets may be more than the settings name; the last setting is theirs.
proxy::Entrance Certificates::entrance_of(std::size_t listener) const {
  const std::lock_guard lock(mutex_);
  const std::size_t index = std::min(listener, listen_.size() - 1);
  return {listen_[index].proxy_protocol, current_[index]};
}

metrics::ExpositionOptions::Expiries Certificates::expiries() const {
  metrics::ExpositionOptions::Expiries expiries;
  for (const auto& current : current_) {
    if (current == nullptr) continue;
    const auto context = current->get();
    for (const tls::ServerContext::Certificate& certificate : context->certificates()) {
      const auto [entry, is_new] = expiries.try_emplace(certificate.name, certificate.expires);
      if (!is_new) entry->second = std::min(entry->second, certificate.expires);
    }
  }
  return expiries;
}

std::vector<std::string> Certificates::files() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> files;
  for (const config::ListenSpec& spec : listen_) {
    if (!spec.tls) continue;
    for (const tls::CertificateFiles& each : spec.tls->certificates)
      files.insert(files.end(), {each.cert, each.key, each.ocsp});
    files.push_back(spec.tls->client_ca);
  }
  std::erase(files, std::string());
  return files;
}

Certificates::FileState Certificates::state_of(const std::string& file) noexcept {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

std::vector<Certificates::FileState> Certificates::states() const {
  const std::vector<std::string> names = files();
  std::vector<FileState> states(names.size());
  std::ranges::transform(names, states.begin(), state_of);
  return states;
}

void Certificates::start(std::function<void(Checked<void, tls::LoadError>)> on_change) {
  if (files().empty()) return;
  on_change_ = std::move(on_change);
  thread_ = std::thread([this] {
    give_way_to_other_threads();
    watch();
  });
}

void Certificates::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Certificates::watch() {
  std::vector<FileState> known = std::move(opened_);  // those that were read
  std::vector<FileState> before = known;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (stopped_.wait_for(lock, kInterval, [this] { return is_stopped_; })) return;
    }
    try {
      std::vector<FileState> now = states();
      const bool is_settled = now == before;
      before = std::move(now);
      if (!is_settled || before == known) continue;
      read_again();
      known = before;
    } catch (const std::bad_alloc&) {
      // The next turn tries again.
    }
  }
}

// A reload that came in between has read the same files.
void Certificates::read_again() {
  auto loaded = read(in_force().listen);
  if (!loaded) return on_change_(loaded.error());
  {
    const std::lock_guard lock(mutex_);
    if (loaded->follows != generation_) return;
    put_in_force(*loaded);
  }
  on_change_({});
}

}  // namespace wayside::app
