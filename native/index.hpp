// Exact search for every 256-bit hash within a distance, while hashes are added and removed.
//
// Two levels of pigeonholes. 256 bits are 8 words of 32: who differs in at most 31 bits differs in at most 3 in some
// word. That word is 2 chunks of 16: one of them differs in at most 1. So 16 tables, one for each chunk, are asked for
// its value and the 16 values beside it. A bucket holds, in a row, the other chunk of the same word: 2 bytes that turn
// away more than 99 of 100 candidates before the whole hash is touched. docs/why/exact-search.md draws it.
//
// Readers take the published state and never wait: a sorted `Core`, blocks with what came since, and marks of what
// was removed. Merging builds the next core beside it, in a thread of its own.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hoede::index {

using Words = std::array<std::uint64_t, 4>;
using Id = std::uint32_t;
using Bank = std::uint16_t;

constexpr int BITS = 256, TABLES = 16, VALUES = 1 << 16, FAR = 31;
constexpr std::uint32_t SMALL = 4096;  // hashes; below that counting them all is as quick as asking tables
constexpr std::uint32_t BLOCK = 4096;  // hashes in a block
constexpr Id LAST_ID = 0xfffffffe;

// The most bits that may differ, by bank; a bank without one is not asked.
class Limits {
 public:
  explicit Limits(std::vector<std::int16_t> by_bank);
  static Limits everywhere(int within);
  int of(Bank bank) const { return all_ ? widest_ : bank < by_bank_.size() ? by_bank_[bank] : -1; }
  int widest() const { return widest_; }

 private:
  std::vector<std::int16_t> by_bank_;
  int widest_ = -1;
  bool all_ = false;
};

struct Near {
  std::uint16_t distance;
  Bank bank;
  Id id;
  friend bool operator<(const Near& one, const Near& other) {
    return one.distance != other.distance ? one.distance < other.distance : one.id < other.id;
  }
};

// Who is near, the nearest first; `more` when a bank has more than were wanted of it.
struct Answer {
  std::vector<Near> near;
  bool more = false;
};

// Marks of what was removed, by place.
class Removed {
 public:
  explicit Removed(std::size_t places) : words_((places + 63) / 64) {}
  Removed(const Removed& other) : words_(other.words_.size()) {
    for (std::size_t i = 0; i < words_.size(); i++) words_[i].store(other.words_[i].load(std::memory_order_acquire));
  }
  bool has(std::size_t place) const { return words_[place / 64].load(std::memory_order_acquire) >> (place % 64) & 1; }
  bool mark(std::size_t place) {  // false when it was marked before
    const auto bit = std::uint64_t{1} << (place % 64);
    return !(words_[place / 64].fetch_or(bit, std::memory_order_acq_rel) & bit);
  }

 private:
  std::vector<std::atomic<std::uint64_t>> words_;
};

// Where the parts of a core lie in one piece of memory, which is also how they lie in a file.
struct Layout {
  enum Part { HASHES, IDS, BANKS, STARTS, RESTS, PLACES, PARTS };
  std::array<std::size_t, PARTS> offset, bytes;
  std::size_t total, stride;  // `stride`: values from one table's rests or places to the next
  explicit Layout(std::uint64_t count);
};

// Hashes in the order of their ids, and the tables. Never changes once it is built.
class Core {
 public:
  Core(std::uint32_t count, std::shared_ptr<std::byte> memory);
  static std::shared_ptr<Core> made(std::uint32_t count);  // with memory of its own, not filled yet
  void sort_in();                                          // fills the tables from the hashes

  std::uint32_t count;
  bool tabled;
  Layout layout;
  std::shared_ptr<std::byte> memory;
  Words* hashes;
  Id* ids;
  Bank* banks;
  std::array<std::uint32_t*, TABLES> starts, places;
  std::array<std::uint16_t*, TABLES> rests;
  mutable Removed removed;

  std::uint32_t place_of(Id id) const;  // `count` when it is not here
};

// So many hashes behind one another as they came.
struct Block {
  explicit Block(Id first_) : first(first_) {}
  const Id first;
  std::atomic<std::uint32_t> count{0};
  std::array<Words, BLOCK> hashes;
  std::array<Bank, BLOCK> banks;
  Removed removed{BLOCK};
};

struct State {
  std::shared_ptr<const Core> core;
  std::vector<std::shared_ptr<Block>> blocks;
  std::uint64_t recent() const;
};

class Kept;

class Index {
 public:
  Index();                                   // in memory only
  explicit Index(const std::string& folder);  // and on disk: raises what `Kept` raises
  // In memory, beginning with what `save_as` wrote: raises what `read_snapshot` raises.
  static std::unique_ptr<Index> from(const std::string& path);
  ~Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  Id add(const Words* hashes, const Bank* banks, std::size_t count);  // the first of so many ids in a row
  // Raises std::out_of_range, and removes nothing, when one of them is not here.
  void remove(const Id* ids, std::size_t count);
  Answer near(const Words& asked, const Limits& limits, std::size_t most) const;
  std::vector<Answer> near_all(const Words* asked, std::size_t count, const Limits& limits, std::size_t most) const;
  void merge();  // waits until everything that came before is sorted in
  void save();   // the same, and writes it down as a snapshot, so that the log begins anew
  // Sorts in too, and writes a file that others may begin with; tells below which id everything is in it.
  Id save_as(const std::string& path);

  std::uint64_t count() const { return count_.load(std::memory_order_acquire); }
  std::uint64_t recent() const { return state()->recent(); }
  std::uint64_t bytes() const;

 private:
  std::shared_ptr<const State> state() const { return std::atomic_load(&state_); }
  void publish(State next) { std::atomic_store(&state_, std::shared_ptr<const State>(std::make_shared<State>(std::move(next)))); }
  bool mark_removed(const State& state, Id id) const;
  bool has(const State& state, Id id) const;
  void put(const Words* hashes, const Bank* banks, std::size_t count);
  Id merge_whole(std::unique_lock<std::mutex>& writing);
  bool take_in(std::unique_lock<std::mutex>& writing);
  void take_in_when_due();

  std::shared_ptr<const State> state_;
  std::atomic<std::uint64_t> count_{0};
  std::mutex writing_;
  std::condition_variable merged_;
  Id next_ = 0, open_from_ = 0;  // ids from which on blocks may still be added to
  bool merging_ = false, closing_ = false;
  std::vector<Id> removed_meanwhile_;
  std::thread merger_;
  std::unique_ptr<Kept> kept_;
};

// How far apart two hashes are.
int distance(const Words& one, const Words& other);

}  // namespace hoede::index
