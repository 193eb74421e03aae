// The certificates of the listeners that speak TLS: read at the start, with each reload, and where a file has
// changed.
//
// A thread looks at the files each kInterval: a change is read once the files stay as they are for as long,
// since a certificate and its key are two files. Connections keep what they began with. Files that cannot be
// used change nothing.
#pragma once

#include "wayside/app/daemon.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/metrics/exposition.hpp"
#include "wayside/proxy/entrance.hpp"
#include "wayside/tls/current_context.hpp"
#include "wayside/tls/ticket_keys.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace wayside::app {

class Certificates {
 public:
  static constexpr std::chrono::milliseconds kInterval{500};

  // Those of one configuration, by listener.
  struct Loaded {
    std::vector<config::ListenSpec> listen;                              // that they were read for
    std::vector<std::shared_ptr<const tls::ServerContext>> of_listener;  // nullptr: plain bytes
    std::uint64_t follows = 0;  // the number of those that were in force
  };

  explicit Certificates(std::vector<config::ListenSpec> listen);
  ~Certificates();  // stops
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  // Reads the files of the start. Before the functions below. Throws std::bad_alloc.
  Checked<void, StartError> open();
  // For a reload: what `next` says about TLS, or what is in force where the listeners differ otherwise. Any
  // thread.
  Checked<Loaded, tls::LoadError> read(const std::vector<config::ListenSpec>& next) const;
  // For connections that come from now on. Any thread.
  void use(Loaded next) noexcept;

  proxy::Entrance entrance_of(std::size_t listener) const;
  // Any thread.
  metrics::ExpositionOptions::Expiries expiries() const;

  // Begins to watch the files, where there are any. `on_change` is called on the thread that watches, with
  // the mistake where new files cannot be used. Throws std::system_error.
  void start(std::function<void(Checked<void, tls::LoadError>)> on_change);
  // Ends the thread, once its file system has answered.
  void stop();

 private:
  // What tells one state of a file from another, through the symbolic links that Kubernetes puts in front of
  // secrets. All zero where the file cannot be looked at.
  struct FileState {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;

    friend bool operator==(const FileState&, const FileState&) = default;
  };
  static FileState state_of(const std::string& file) noexcept;

  std::vector<std::string> files() const;
  std::vector<FileState> states() const;
  Loaded in_force() const;                   // without the contexts
  void put_in_force(Loaded& next) noexcept;  // with the mutex
  void watch();
  void read_again();

  const std::shared_ptr<tls::TicketKeys> tickets_ = std::make_shared<tls::TicketKeys>();
  std::vector<std::shared_ptr<tls::CurrentContext>> current_;  // by listener; nullptr: plain bytes
  std::function<void(Checked<void, tls::LoadError>)> on_change_;
  std::vector<FileState> opened_;  // what open() read, or older

  mutable std::mutex mutex_;                // guards the members below
  std::vector<config::ListenSpec> listen_;  // that is in force
  std::uint64_t generation_ = 0;
  bool is_stopped_ = false;
  std::condition_variable stopped_;
  std::thread thread_;
};

}  // namespace wayside::app
