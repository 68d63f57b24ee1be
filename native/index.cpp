#include "index.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <new>
#include <stdexcept>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "chunks.hpp"
#include "isa.hpp"
#include "kept.hpp"
#if HOEDE_AVX2
#include <immintrin.h>
#endif

namespace hoede::index {

// A survivor of a bucket: which table, and where in it.
struct Survivor {
  std::uint32_t at, table;
};

struct Bucket {
  std::uint32_t begin, end;
};

struct Scratch {
  std::vector<Survivor> survivors;
  std::size_t count = 0;
  std::vector<std::uint32_t> places;
  std::array<std::array<Bucket, PROBES>, TABLES> buckets;

  Survivor* room(std::size_t more) {
    if (survivors.size() < count + more) survivors.resize(std::max(count + more, 2 * survivors.size()));
    return survivors.data() + count;
  }
};

namespace {

constexpr std::size_t PAGE = std::size_t{1} << 21;
constexpr std::size_t LINE = 64, PAD = 64;
constexpr std::uint32_t AT_ONCE = 4096;  // candidates between two looks at how many survived
constexpr std::size_t TOGETHER = 2048;   // questions that go through the tables together; below 65,536
constexpr std::size_t MANY = 8192;       // survivors of one of them; then it is asked alone

// ── What survives in a bucket: the other chunk differs in at most `within` bits ─────────────────────────────────────

Survivor* filter_plain(const std::uint16_t* rests, Bucket bucket, std::uint16_t asked, int within, std::uint32_t table, Survivor* out) {
  for (std::uint32_t at = bucket.begin; at < bucket.end; at++)
    if (__builtin_popcount(static_cast<unsigned>(rests[at] ^ asked)) <= within) *out++ = {at, table};
  return out;
}

#if HOEDE_AVX2
// Sixteen at a time; reads up to 32 bytes behind the last, which every table has.
HOEDE_TARGET_AVX2 Survivor* filter_avx2(const std::uint16_t* rests, Bucket bucket, std::uint16_t asked, int within, std::uint32_t table, Survivor* out) {
  const __m256i wanted = _mm256_set1_epi16(static_cast<short>(asked)), most = _mm256_set1_epi16(static_cast<short>(within));
  const __m256i low = _mm256_set1_epi8(15), one = _mm256_set1_epi8(1);
  const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  for (std::uint32_t at = bucket.begin; at < bucket.end; at += 16) {
    const __m256i differ = _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(rests + at)), wanted);
    const __m256i bytes = _mm256_add_epi8(_mm256_shuffle_epi8(counts, _mm256_and_si256(differ, low)),
                                          _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(differ, 4), low)));
    const __m256i far = _mm256_cmpgt_epi16(_mm256_maddubs_epi16(bytes, one), most);
    std::uint32_t near = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(far)) & 0x55555555U;
    const std::uint32_t left = bucket.end - at;
    if (left < 16) near &= (1U << (2 * left)) - 1;
    for (; near; near &= near - 1) *out++ = {at + (static_cast<std::uint32_t>(__builtin_ctz(near)) >> 1), table};
  }
  return out;
}
#endif

Survivor* filter(const std::uint16_t* rests, Bucket bucket, std::uint16_t asked, int within, std::uint32_t table, Survivor* out) {
#if HOEDE_AVX2
  if (has_avx2()) return filter_avx2(rests, bucket, asked, within, table, out);
#endif
  return filter_plain(rests, bucket, asked, within, table, out);
}

// ── Whole hashes ────────────────────────────────────────────────────────────────────────────────────────────────────

HOEDE_INLINE void verify_with(const Core& core, const Words& asked, const Limits& limits, Scratch& scratch, std::vector<Near>& near) {
  const int widest = limits.widest(), word = in_word(widest), beside = probes(widest) > 1 ? 1 : 0;
  const Survivor* survivors = scratch.survivors.data();
  scratch.places.resize(scratch.count);
  for (std::size_t i = 0; i < scratch.count; i++) __builtin_prefetch(core.places[survivors[i].table] + survivors[i].at);
  for (std::size_t i = 0; i < scratch.count; i++) {
    const auto place = core.places[survivors[i].table][survivors[i].at];
    scratch.places[i] = place;
    __builtin_prefetch(core.hashes + place);
  }
  for (std::size_t i = 0; i < scratch.count; i++) {
    const auto place = scratch.places[i];
    const int far = apart(core.hashes[place], asked);
    if (far > widest || far > limits.of(core.banks[place]) || core.removed.has(place)) continue;
    if (is_of_an_earlier(core.hashes[place], asked, survivors[i].table, word, beside)) continue;
    near.push_back({static_cast<std::uint16_t>(far), core.banks[place], core.ids[place]});
  }
}

// Every hash, one after the other; most are done with after half of their bits.
template <class Told>
HOEDE_INLINE void scan_with(const Words* hashes, const Bank* banks, std::size_t count, const Words& asked, const Limits& limits, Told told) {
  const int widest = limits.widest();
  for (std::size_t place = 0; place < count; place++) {
    const auto& one = hashes[place];
    const int half = __builtin_popcountll(one[0] ^ asked[0]) + __builtin_popcountll(one[1] ^ asked[1]);
    if (half > widest) continue;
    const int far = half + __builtin_popcountll(one[2] ^ asked[2]) + __builtin_popcountll(one[3] ^ asked[3]);
    if (far <= widest && far <= limits.of(banks[place])) told(place, far);
  }
}

struct InCore {
  const Core& core;
  std::vector<Near>& near;
  HOEDE_INLINE void operator()(std::size_t place, int far) const {
    if (!core.removed.has(place)) near.push_back({static_cast<std::uint16_t>(far), core.banks[place], core.ids[place]});
  }
};

struct InBlock {
  const Block& block;
  std::vector<Near>& near;
  HOEDE_INLINE void operator()(std::size_t place, int far) const {
    if (block.removed.has(place)) return;
    near.push_back({static_cast<std::uint16_t>(far), block.banks[place], block.first + static_cast<Id>(place)});
  }
};

#if HOEDE_AVX2
HOEDE_TARGET_AVX2 void verify_avx2(const Core& core, const Words& asked, const Limits& limits, Scratch& scratch, std::vector<Near>& near) {
  verify_with(core, asked, limits, scratch, near);
}
template <class Told>
HOEDE_TARGET_AVX2 void scan_avx2(const Words* hashes, const Bank* banks, std::size_t count, const Words& asked, const Limits& limits, Told told) {
  scan_with(hashes, banks, count, asked, limits, told);
}
#endif

void verify(const Core& core, const Words& asked, const Limits& limits, Scratch& scratch, std::vector<Near>& near) {
#if HOEDE_AVX2
  if (has_avx2()) return verify_avx2(core, asked, limits, scratch, near);
#endif
  verify_with(core, asked, limits, scratch, near);
}

template <class Told>
void scan(const Words* hashes, const Bank* banks, std::size_t count, const Words& asked, const Limits& limits, Told told) {
#if HOEDE_AVX2
  if (has_avx2()) return scan_avx2(hashes, banks, count, asked, limits, told);
#endif
  scan_with(hashes, banks, count, asked, limits, told);
}

void scan_core(const Core& core, const Words& asked, const Limits& limits, std::vector<Near>& near) {
  scan(core.hashes, core.banks, core.count, asked, limits, InCore{core, near});
}

void scan_blocks(const State& state, const Words& asked, const Limits& limits, std::vector<Near>& near) {
  for (const auto& block : state.blocks)
    scan(block->hashes.data(), block->banks.data(), block->count.load(std::memory_order_acquire), asked, limits, InBlock{*block, near});
}

// ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

// So many survivors that reading their hashes here and there takes longer than reading all in a row.
bool is_skewed(std::uint64_t survivors, std::uint32_t count) { return survivors > count / 8; }

// Whether the tables were worth asking; else nothing was found, and the hashes have to be scanned.
bool gather(const Core& core, const Words& asked, int within, Scratch& scratch) {
  const int each = probes(within);
  std::uint64_t candidates = 0;
  for (int table = 0; table < TABLES; table++)
    for (int probe = 0; probe < each; probe++)
      if (probe == 0 || probe > 4) __builtin_prefetch(core.starts[table] + value_of(chunk(asked, table), probe));
  for (int table = 0; table < TABLES; table++)
    for (int probe = 0; probe < each; probe++) {
      const auto* start = core.starts[table] + value_of(chunk(asked, table), probe);
      const Bucket bucket{start[0], start[1]};
      scratch.buckets[table][probe] = bucket;
      candidates += bucket.end - bucket.begin;
      const auto* first = reinterpret_cast<const char*>(core.rests[table] + bucket.begin);
      const auto bytes = 2 * static_cast<std::ptrdiff_t>(bucket.end - bucket.begin);
      for (std::ptrdiff_t at = 0; at < std::min<std::ptrdiff_t>(bytes, 3 * LINE); at += LINE) __builtin_prefetch(first + at);
    }
  scratch.count = 0;
  if (candidates > core.count) return false;
  for (int table = 0; table < TABLES; table++)
    for (int probe = 0; probe < each; probe++) {
      auto bucket = scratch.buckets[table][probe];
      const int rest = in_word(within) - (probe ? 1 : 0);
      while (bucket.begin < bucket.end) {
        const Bucket piece{bucket.begin, std::min(bucket.end, bucket.begin + AT_ONCE)};
        auto* out = scratch.room(piece.end - piece.begin);
        const auto* after = filter(core.rests[table], piece, chunk(asked, table ^ 1), rest, static_cast<std::uint32_t>(table), out);
        scratch.count += static_cast<std::size_t>(after - out);
        if (is_skewed(scratch.count, core.count)) return false;
        bucket.begin = piece.end;
      }
    }
  return true;
}

// Not inlined: where a thread's own lies is asked once, and not in every loop.
__attribute__((noinline)) Scratch& scratch_of_this_thread() {
  thread_local Scratch scratch;
  return scratch;
}

void search_core(const Core& core, const Words& asked, const Limits& limits, std::vector<Near>& near) {
  auto& scratch = scratch_of_this_thread();
  if (core.tabled && limits.widest() <= FAR && gather(core, asked, limits.widest(), scratch)) {
    verify(core, asked, limits, scratch, near);
  } else {
    scan_core(core, asked, limits, near);
  }
}

// Questions that go through the tables together, in the order of their chunk: what one fetched serves the next.
// One whose family is large, or whose chunks everybody has, is asked alone, where it is guarded against that.
struct Together {
  struct Found {
    std::uint32_t at;
    std::uint16_t question, table;
  };
  std::vector<Found> found;
  std::vector<std::uint32_t> order, survived, begin;
  std::vector<std::uint64_t> candidates;
  std::vector<bool> alone;
  std::vector<Survivor> survivors;
  Scratch scratch;

  void gather(const Core& core, const Words* asked, std::size_t count, int within) {
    const bool by_tables = core.tabled && within <= FAR;
    alone.assign(count, !by_tables);
    candidates.assign(count, 0);
    survived.assign(count, 0);
    found.clear();
    if (by_tables)
      for (int table = 0; table < TABLES; table++) ask(core, asked, table, within);
    sort_by_question(count);
  }

  void ask(const Core& core, const Words* asked, int table, int within) {
    const int each = probes(within);
    const auto* starts = core.starts[table];
    const auto* rests = core.rests[table];
    order.clear();
    for (std::uint32_t i = 0; i < alone.size(); i++) order.push_back(static_cast<std::uint32_t>(chunk(asked[i], table)) << 16 | i);
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); i++) {
      if (i + 1 < order.size())
        for (int probe = 0; probe < each; probe++) {
          const auto* ahead = rests + starts[value_of(static_cast<std::uint16_t>(order[i + 1] >> 16), probe)];
          __builtin_prefetch(ahead);
          __builtin_prefetch(ahead + LINE / 2);
        }
      const auto question = order[i] & 0xffff;
      for (int probe = 0; probe < each && !alone[question]; probe++) {
        const auto* start = starts + value_of(static_cast<std::uint16_t>(order[i] >> 16), probe);
        take(core, asked[question], {start[0], start[1]}, table, in_word(within) - (probe ? 1 : 0), question);
      }
    }
  }

  void take(const Core& core, const Words& asked, Bucket bucket, int table, int within, std::uint32_t question) {
    candidates[question] += bucket.end - bucket.begin;
    alone[question] = candidates[question] > core.count;
    for (auto begin_at = bucket.begin; begin_at < bucket.end && !alone[question]; begin_at += AT_ONCE) {
      scratch.count = 0;
      auto* out = scratch.room(AT_ONCE);
      const Bucket piece{begin_at, std::min(bucket.end, begin_at + AT_ONCE)};
      const auto* after = filter(core.rests[table], piece, chunk(asked, table ^ 1), within, static_cast<std::uint32_t>(table), out);
      survived[question] += static_cast<std::uint32_t>(after - out);
      alone[question] = survived[question] > MANY;
      for (; out < after; out++) found.push_back({out->at, static_cast<std::uint16_t>(question), static_cast<std::uint16_t>(table)});
    }
  }

  void sort_by_question(std::size_t count) {
    begin.assign(count + 1, 0);
    for (std::size_t i = 0; i < count; i++) begin[i + 1] = begin[i] + survived[i];
    survivors.resize(begin[count]);
    auto next = begin;
    for (const auto& one : found) survivors[next[one.question]++] = {one.at, one.table};
  }

  Scratch& of(std::size_t question) {
    scratch.count = survived[question];
    auto* room = scratch.room(0);
    std::copy(survivors.begin() + begin[question], survivors.begin() + begin[question + 1], room - scratch.count);
    return scratch;
  }
};

// The nearest of each bank, at most so many.
Answer settled(std::vector<Near> near, std::size_t most) {
  Answer answer;
  if (near.size() > most) {
    std::map<Bank, std::vector<Near>> by_bank;
    for (const auto& one : near) by_bank[one.bank].push_back(one);
    near.clear();
    for (auto& [bank, of_bank] : by_bank) {
      if (of_bank.size() > most) {
        std::nth_element(of_bank.begin(), of_bank.begin() + static_cast<std::ptrdiff_t>(most), of_bank.end());
        of_bank.resize(most);
        answer.more = true;
      }
      near.insert(near.end(), of_bank.begin(), of_bank.end());
    }
  }
  std::sort(near.begin(), near.end());
  answer.near = std::move(near);
  return answer;
}

std::size_t rounded_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

std::shared_ptr<std::byte> memory_of(std::size_t bytes) {
  const auto size = rounded_up(std::max<std::size_t>(bytes, 1), bytes < PAGE ? LINE : PAGE);
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(bytes < PAGE ? LINE : PAGE, size));
  if (!memory) throw std::bad_alloc();
#if defined(__linux__)
  if (bytes >= PAGE) madvise(memory, size, MADV_HUGEPAGE);
#endif
  return {memory, [](std::byte* gone) { std::free(gone); }};
}

// So many came since the last merge that it is worth the time.
bool is_due(std::uint64_t recent, std::uint32_t sorted) { return recent > std::max<std::uint64_t>(BLOCK, sorted / 512); }

}  // namespace

int distance(const Words& one, const Words& other) { return apart(one, other); }

Limits::Limits(std::vector<std::int16_t> by_bank) : by_bank_(std::move(by_bank)) {
  for (const auto within : by_bank_) {
    if (within < -1 || within > BITS) throw std::invalid_argument("a limit is -1 (not asked) to 256 bits, not " + std::to_string(within));
    widest_ = std::max<int>(widest_, within);
  }
}

Limits Limits::everywhere(int within) {
  if (within < 0 || within > BITS) throw std::invalid_argument("a limit is 0 to 256 bits, not " + std::to_string(within));
  Limits limits{{}};
  limits.all_ = true;
  limits.widest_ = within;
  return limits;
}

Layout::Layout(std::uint64_t count) {
  const std::size_t tabled = count < SMALL ? 0 : 1;
  stride = rounded_up(count + PAD / 2, LINE);
  const auto n = static_cast<std::size_t>(count);
  bytes = {n * sizeof(Words), n * sizeof(Id), n * sizeof(Bank),
           tabled * TABLES * (VALUES + LINE) * sizeof(std::uint32_t), tabled * TABLES * stride * sizeof(std::uint16_t),
           tabled * TABLES * stride * sizeof(std::uint32_t)};
  total = 0;
  for (int part = 0; part < PARTS; part++) {
    offset[part] = total;
    total = rounded_up(total + bytes[part], LINE);
  }
}

Core::Core(std::uint32_t count_, std::shared_ptr<std::byte> memory_)
    : count(count_), tabled(count_ >= SMALL), layout(count_), memory(std::move(memory_)), removed(count_) {
  const auto at = [this](Layout::Part part) { return memory.get() + layout.offset[part]; };
  hashes = reinterpret_cast<Words*>(at(Layout::HASHES));
  ids = reinterpret_cast<Id*>(at(Layout::IDS));
  banks = reinterpret_cast<Bank*>(at(Layout::BANKS));
  for (std::size_t table = 0; table < TABLES; table++) {
    starts[table] = reinterpret_cast<std::uint32_t*>(at(Layout::STARTS)) + table * (VALUES + LINE);
    rests[table] = reinterpret_cast<std::uint16_t*>(at(Layout::RESTS)) + table * layout.stride;
    places[table] = reinterpret_cast<std::uint32_t*>(at(Layout::PLACES)) + table * layout.stride;
  }
}

std::shared_ptr<Core> Core::made(std::uint32_t count) { return std::make_shared<Core>(count, memory_of(Layout(count).total)); }

void Core::sort_in() {
  if (!tabled) return;
  std::vector<std::uint32_t> next(VALUES);
  for (int table = 0; table < TABLES; table++) {
    auto* start = starts[table];
    std::fill(start, start + VALUES + LINE, 0);
    for (std::uint32_t place = 0; place < count; place++) start[chunk(hashes[place], table) + 1]++;
    for (int value = 0; value < VALUES; value++) start[value + 1] += start[value];
    std::copy(start, start + VALUES, next.begin());
    for (std::uint32_t place = 0; place < count; place++) {
      const auto at = next[chunk(hashes[place], table)]++;
      rests[table][at] = chunk(hashes[place], table ^ 1);
      places[table][at] = place;
    }
    std::fill(rests[table] + count, rests[table] + layout.stride, 0);
    std::fill(places[table] + count, places[table] + layout.stride, 0);
  }
}

std::uint32_t Core::place_of(Id id) const {
  const auto* found = std::lower_bound(ids, ids + count, id);
  return found != ids + count && *found == id ? static_cast<std::uint32_t>(found - ids) : count;
}

std::uint64_t State::recent() const {
  std::uint64_t all = 0;
  for (const auto& block : blocks) all += block->count.load(std::memory_order_acquire);
  return all;
}

Index::Index() { publish({Core::made(0), {}}); }

std::unique_ptr<Index> Index::from(const std::string& path) {
  const auto snapshot = read_snapshot(path);
  auto made = std::make_unique<Index>();
  made->publish({snapshot.core, {}});
  made->count_ = snapshot.core->count;
  made->next_ = made->open_from_ = snapshot.next;
  return made;
}

Index::Index(const std::string& folder) : kept_(std::make_unique<Kept>(folder)) {
  const auto snapshot = kept_->load();
  publish({snapshot.core, {}});
  count_ = snapshot.core->count;
  next_ = open_from_ = snapshot.next;
  const auto add = [this](Id first, const Words* hashes, const Bank* banks, std::size_t count) {
    if (first != next_ || count > LAST_ID - next_) return false;
    put(hashes, banks, count);
    return true;
  };
  const auto remove = [this](const Id* ids, std::size_t count) {
    const auto now = state();
    for (std::size_t i = 0; i < count; i++) {
      if (ids[i] >= next_) return false;
      if (mark_removed(*now, ids[i])) count_--;
    }
    return true;
  };
  kept_->replay(snapshot, {add, remove});
  const std::lock_guard writing(writing_);
  take_in_when_due();
}

Index::~Index() {
  {
    const std::lock_guard writing(writing_);
    closing_ = true;
  }
  if (merger_.joinable()) merger_.join();
}

Id Index::add(const Words* hashes, const Bank* banks, std::size_t count) {
  const std::lock_guard writing(writing_);
  if (count > LAST_ID - next_) throw std::overflow_error("all ids have been given");
  const Id first = next_;
  if (kept_ && count) kept_->add(first, hashes, banks, count);
  put(hashes, banks, count);
  take_in_when_due();
  return first;
}

void Index::put(const Words* hashes, const Bank* banks, std::size_t count) {
  State next = *state();
  bool more = false;
  for (std::size_t done = 0; done < count;) {
    // A block that a merge has taken is not added to.
    if (next.blocks.empty() || next.blocks.back()->count.load() == BLOCK || next.blocks.back()->first < open_from_) {
      next.blocks.push_back(std::make_shared<Block>(next_));
      more = true;
    }
    auto& block = *next.blocks.back();
    const auto at = block.count.load(std::memory_order_relaxed);
    const auto fits = static_cast<std::uint32_t>(std::min<std::size_t>(BLOCK - at, count - done));
    std::copy(hashes + done, hashes + done + fits, block.hashes.begin() + at);
    std::copy(banks + done, banks + done + fits, block.banks.begin() + at);
    block.count.store(at + fits, std::memory_order_release);
    next_ += fits;
    done += fits;
  }
  count_.fetch_add(count, std::memory_order_acq_rel);
  if (more) publish(std::move(next));
}

bool Index::has(const State& state, Id id) const {
  for (const auto& block : state.blocks)
    if (id >= block->first && id < block->first + block->count.load()) return !block->removed.has(id - block->first);
  const auto place = state.core->place_of(id);
  return place < state.core->count && !state.core->removed.has(place);
}

bool Index::mark_removed(const State& state, Id id) const {
  for (const auto& block : state.blocks)
    if (id >= block->first && id < block->first + block->count.load()) return block->removed.mark(id - block->first);
  const auto place = state.core->place_of(id);
  return place < state.core->count && state.core->removed.mark(place);
}

void Index::remove(const Id* ids, std::size_t count) {
  const std::lock_guard writing(writing_);
  const auto now = state();
  std::vector<Id> sorted(ids, ids + count);
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < count; i++) {
    if (i && sorted[i] == sorted[i - 1]) throw std::invalid_argument("id " + std::to_string(sorted[i]) + " is named twice");
    if (!has(*now, sorted[i])) throw std::out_of_range("no hash has id " + std::to_string(sorted[i]));
  }
  if (kept_ && count) kept_->remove(sorted.data(), count);
  for (const auto id : sorted) mark_removed(*now, id);
  count_.fetch_sub(count, std::memory_order_acq_rel);
  if (merging_) removed_meanwhile_.insert(removed_meanwhile_.end(), sorted.begin(), sorted.end());
}

Answer Index::near(const Words& asked, const Limits& limits, std::size_t most) const {
  if (limits.widest() < 0) return {};
  const auto now = state();
  std::vector<Near> near;
  search_core(*now->core, asked, limits, near);
  scan_blocks(*now, asked, limits, near);
  return settled(std::move(near), most);
}

std::vector<Answer> Index::near_all(const Words* asked, std::size_t count, const Limits& limits, std::size_t most) const {
  std::vector<Answer> answers(count);
  if (limits.widest() < 0) return answers;
  const auto now = state();
  Together together;
  for (std::size_t from = 0; from < count; from += TOGETHER) {
    const auto these = std::min(TOGETHER, count - from);
    together.gather(*now->core, asked + from, these, limits.widest());
    for (std::size_t i = 0; i < these; i++) {
      std::vector<Near> near;
      if (together.alone[i]) search_core(*now->core, asked[from + i], limits, near);
      else verify(*now->core, asked[from + i], limits, together.of(i), near);
      scan_blocks(*now, asked[from + i], limits, near);
      answers[from + i] = settled(std::move(near), most);
    }
  }
  return answers;
}

void Index::take_in_when_due() {
  const auto due = [this] { return !closing_ && is_due(state()->recent(), state()->core->count); };
  if (merging_ || !due()) return;
  if (merger_.joinable()) merger_.join();  // it let go of the lock for the last time
  merging_ = true;
  merger_ = std::thread([this, due] {
    std::unique_lock writing(writing_);
    while (due() && take_in(writing)) {}
    merging_ = false;
    merged_.notify_all();
  });
}

Id Index::merge_whole(std::unique_lock<std::mutex>& writing) {
  while (merging_) merged_.wait(writing);
  const auto next = next_;
  if (state()->blocks.empty() && count_ == state()->core->count) return next;
  merging_ = true;
  const bool done = take_in(writing);
  merging_ = false;
  merged_.notify_all();
  if (!done) throw std::bad_alloc();
  return next;
}

void Index::merge() {
  std::unique_lock writing(writing_);
  merge_whole(writing);
}

Id Index::save_as(const std::string& path) {
  std::unique_lock writing(writing_);
  const auto next = merge_whole(writing);
  const auto core = state()->core;
  writing.unlock();
  write_snapshot(path, *core, 0, next);
  return next;
}

void Index::save() {
  if (!kept_) throw std::logic_error("this index is in memory only; give it a folder to save it");
  std::unique_lock writing(writing_);
  while (merging_) merged_.wait(writing);
  merging_ = true;
  const auto end = [this] {
    merging_ = false;
    merged_.notify_all();
  };
  try {
    // What comes from here on is in the next log, and not in the core that is written down.
    const auto generation = kept_->begin_log();
    const auto next = next_;
    if (!take_in(writing)) throw std::bad_alloc();
    const auto core = state()->core;
    writing.unlock();
    kept_->save(*core, generation, next);
    writing.lock();
  } catch (...) {
    if (!writing.owns_lock()) writing.lock();
    end();
    throw;
  }
  end();
}

// The hashes that a state has, and their tables. What is removed meanwhile is marked once more by who asked.
std::shared_ptr<Core> merged(const State& before) {
  const auto& old = *before.core;
  const Removed gone(old.removed);
  std::vector<Removed> gone_recently;
  std::uint32_t count = 0;
  for (std::uint32_t place = 0; place < old.count; place++) count += !gone.has(place);
  for (const auto& block : before.blocks) {
    gone_recently.emplace_back(block->removed);
    for (std::uint32_t at = 0; at < block->count.load(); at++) count += !gone_recently.back().has(at);
  }
  auto core = Core::made(count);
  std::uint32_t next = 0;
  const auto take = [&](const Words& hash, Id id, Bank bank) {
    core->hashes[next] = hash;
    core->ids[next] = id;
    core->banks[next++] = bank;
  };
  for (std::uint32_t place = 0; place < old.count; place++)
    if (!gone.has(place)) take(old.hashes[place], old.ids[place], old.banks[place]);
  for (std::size_t i = 0; i < before.blocks.size(); i++) {
    const auto& block = *before.blocks[i];
    for (std::uint32_t at = 0; at < block.count.load(); at++)
      if (!gone_recently[i].has(at)) take(block.hashes[at], block.first + at, block.banks[at]);
  }
  core->sort_in();
  return core;
}

// Everything that came so far goes into the next core; false when there is no memory for it, and it stays in blocks.
// `merging_` is set. Readers go on with the state before; writers wait at the two ends only.
bool Index::take_in(std::unique_lock<std::mutex>& writing) {
  const auto before = state();
  const auto taken = before->blocks.size();
  open_from_ = next_;
  removed_meanwhile_.clear();
  writing.unlock();
  std::shared_ptr<Core> core;
  try {
    core = merged(*before);
  } catch (const std::bad_alloc&) {
    core = nullptr;
  }
  writing.lock();
  if (!core) return false;
  for (const auto id : removed_meanwhile_) {
    const auto place = core->place_of(id);
    if (place < core->count) core->removed.mark(place);
  }
  const auto now = state();
  publish({core, {now->blocks.begin() + static_cast<std::ptrdiff_t>(taken), now->blocks.end()}});
  return true;
}

std::uint64_t Index::bytes() const {
  const auto now = state();
  return now->core->layout.total + now->core->count / 8 + now->blocks.size() * sizeof(Block);
}

}  // namespace hoede::index
