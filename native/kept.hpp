// An index on disk: one snapshot, and a log of what came since.
//
// `snapshot` is a core as it lies in memory behind a header, replaced as a whole by renaming. `log-N` begins where the
// snapshot of generation N ends. What a call wrote is synced before the call returns and before anybody finds it.
// Whatever is not exactly as it was written is refused, but for a last record that a crash cut short: it was never
// confirmed to anybody, and goes. What is refused is built anew from where the hashes come from.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "index.hpp"

namespace hoede::index {

struct Damaged : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A file descriptor that closes itself.
class File {
 public:
  File() = default;
  File(const std::string& path, int flags);
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();
  int number() const { return number_; }
  std::uint64_t size() const;
  void write(const void* data, std::size_t bytes);
  void sync();
  std::string path;

 private:
  int number_ = -1;
};

struct Snapshot {
  std::shared_ptr<Core> core;
  std::uint64_t generation = 0;
  Id next = 0;
};

// A file with a core in it: as a whole or not at all, and mapped when it is read. Raise Damaged, std::system_error.
Snapshot read_snapshot(const std::string& path);
void write_snapshot(const std::string& path, const Core& core, std::uint64_t generation, Id next);

class Kept {
 public:
  // Takes one record of the log into memory. `removed` ids may be unknown: the snapshot may be newer than they are.
  struct Replay {
    std::function<bool(Id first, const Words* hashes, const Bank* banks, std::size_t count)> add;
    std::function<bool(const Id* ids, std::size_t count)> remove;
  };

  explicit Kept(std::string folder);  // one process at a time; raises std::runtime_error when another has it
  Snapshot load();                    // raises Damaged
  void replay(const Snapshot& snapshot, const Replay& into);

  void add(Id first, const Words* hashes, const Bank* banks, std::size_t count);
  void remove(const Id* ids, std::size_t count);
  std::uint64_t begin_log();  // what comes from now on belongs to the next generation, which it returns
  void save(const Core& core, std::uint64_t generation, Id next);

 private:
  std::string log_path(std::uint64_t generation) const { return folder_ + "/log-" + std::to_string(generation); }
  void open_new_log(std::uint64_t generation);
  void append(std::uint32_t kind, Id first, std::size_t count, const void* one, std::size_t one_bytes, const void* other, std::size_t other_bytes);
  void replay_log(std::uint64_t generation, bool last, const Replay& into);
  void sync_folder() const;

  std::string folder_;
  File lock_, log_;
  std::uint64_t generation_ = 0, log_bytes_ = 0;
  bool broken_ = false;  // the disk failed us once: nothing more is confirmed
};

}  // namespace hoede::index
