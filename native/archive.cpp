#include "archive.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "chunks.hpp"
#include "kept.hpp"

namespace hoede::index {
namespace {

constexpr std::size_t PIECE = 1 << 16;  // hashes that are read at a time: 2 MB
constexpr std::size_t FEW = 4;          // hashes of a list that are compared with each quicker than tables are asked
constexpr std::size_t BLOCKED = 512;    // hashes that go through the tables together

// By table and value, the hashes of the list that have a chunk so near to it. Few values have any, so only those have a
// start; how many come before a value is counted in its bits.
struct Tables {
  std::array<std::vector<std::uint64_t>, TABLES> any;
  std::array<std::vector<std::uint32_t>, TABLES> before, starts, which;

  Tables(const std::vector<Words>& asked, int within) {
    const int each = probes(within);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> all;  // value, place in the list
    for (std::size_t table = 0; table < TABLES; table++) {
      all.clear();
      for (std::uint32_t one = 0; one < asked.size(); one++)
        for (int probe = 0; probe < each; probe++) all.emplace_back(value_of(chunk(asked[one], static_cast<int>(table)), probe), one);
      std::sort(all.begin(), all.end());
      any[table].assign(VALUES / 64, 0);
      for (std::size_t at = 0; at < all.size(); at++) {
        if (at == 0 || all[at].first != all[at - 1].first) starts[table].push_back(static_cast<std::uint32_t>(at));
        any[table][all[at].first / 64] |= std::uint64_t{1} << (all[at].first % 64);
        which[table].push_back(all[at].second);
      }
      starts[table].push_back(static_cast<std::uint32_t>(all.size()));
      std::uint32_t values = 0;
      for (const auto bits : any[table]) {
        before[table].push_back(values);
        values += static_cast<std::uint32_t>(__builtin_popcountll(bits));
      }
    }
  }

  // Of a value that has some.
  HOEDE_INLINE std::pair<std::uint32_t, std::uint32_t> of(std::size_t table, std::uint32_t value) const {
    const auto bits = any[table][value / 64] & ((std::uint64_t{1} << (value % 64)) - 1);
    const auto place = before[table][value / 64] + static_cast<std::uint32_t>(__builtin_popcountll(bits));
    return {starts[table][place], starts[table][place + 1]};
  }
};

struct Piece {
  const Words* hashes;
  std::size_t count, first, most;
  std::vector<Met>& met;
};

HOEDE_INLINE void by_counting(const Piece& piece, const std::vector<Words>& asked, int within) {
  for (std::size_t row = 0; row < piece.count && piece.met.size() <= piece.most; row++) {
    const auto& one = piece.hashes[row];
    for (std::uint32_t which = 0; which < asked.size(); which++) {
      const auto& other = asked[which];
      const int half = __builtin_popcountll(one[0] ^ other[0]) + __builtin_popcountll(one[1] ^ other[1]);
      if (half > within) continue;
      const int far = apart(one, other);
      if (far <= within) piece.met.push_back({piece.first + row, which, static_cast<std::uint16_t>(far)});
    }
  }
}

// For a block of hashes, which tables have something for each. Table by table: one table's bits stay in the nearest cache.
HOEDE_INLINE void ask_tables(const Words* hashes, std::size_t count, const Tables& tables, std::uint16_t* hits) {
  std::fill(hits, hits + count, std::uint16_t{0});
  for (std::size_t table = 0; table < TABLES; table++) {
    const auto* any = tables.any[table].data();
    const std::size_t word = table / 4, shift = 16 * (table % 4);
    for (std::size_t row = 0; row < count; row++) {
      const auto value = hashes[row][word] >> shift & 0xffff;
      hits[row] = static_cast<std::uint16_t>(hits[row] | (any[value / 64] >> (value % 64) & 1) << table);
    }
  }
}

HOEDE_INLINE void by_tables(const Piece& piece, const std::vector<Words>& asked, int within, const Tables& tables) {
  const int word = in_word(within), beside = probes(within) > 1 ? 1 : 0;
  std::uint16_t hits[BLOCKED];
  for (std::size_t row = 0; row < piece.count && piece.met.size() <= piece.most; row++) {
    if (row % BLOCKED == 0) ask_tables(piece.hashes + row, std::min(BLOCKED, piece.count - row), tables, hits);
    std::uint32_t hit = hits[row % BLOCKED];
    if (!hit) continue;
    const auto& one = piece.hashes[row];
    const auto before = piece.met.size();
    for (; hit; hit &= hit - 1) {
      const auto table = static_cast<std::size_t>(__builtin_ctz(hit));
      const std::uint32_t value = chunk(one, static_cast<int>(table));
      const auto* which = tables.which[table].data();
      for (auto [at, end] = tables.of(table, value); at < end; at++) {
        const auto& other = asked[which[at]];
        const auto differ = static_cast<std::uint32_t>((one[table / 4] ^ other[table / 4]) >> (32 * (table / 2 % 2)));
        if (__builtin_popcount(differ) > word) continue;
        const int far = apart(one, other);
        if (far <= within && !is_of_an_earlier(one, other, static_cast<std::uint32_t>(table), word, beside))
          piece.met.push_back({piece.first + row, which[at], static_cast<std::uint16_t>(far)});
      }
    }
    if (piece.met.size() > before + 1)
      std::sort(piece.met.begin() + static_cast<std::ptrdiff_t>(before), piece.met.end(), [](const Met& x, const Met& y) { return x.which < y.which; });
  }
}

#if HOEDE_AVX2
HOEDE_TARGET_AVX2 void by_counting_avx2(const Piece& piece, const std::vector<Words>& asked, int within) { by_counting(piece, asked, within); }
HOEDE_TARGET_AVX2 void by_tables_avx2(const Piece& piece, const std::vector<Words>& asked, int within, const Tables& tables) {
  by_tables(piece, asked, within, tables);
}
#endif

void look_through(const Piece& piece, const std::vector<Words>& asked, int within, const Tables* tables) {
#if HOEDE_AVX2
  if (has_avx2()) return tables ? by_tables_avx2(piece, asked, within, *tables) : by_counting_avx2(piece, asked, within);
#endif
  if (tables) by_tables(piece, asked, within, *tables);
  else by_counting(piece, asked, within);
}

void read_at(const File& file, void* into, std::size_t bytes, std::uint64_t at) {
  auto* next = static_cast<char*>(into);
  while (bytes) {
    const auto done = pread(file.number(), next, bytes, static_cast<off_t>(at));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw std::system_error(errno, std::generic_category(), file.path);
    if (done == 0) throw std::invalid_argument(file.path + " became shorter while it was read");
    next += done;
    at += static_cast<std::uint64_t>(done);
    bytes -= static_cast<std::size_t>(done);
  }
}

}  // namespace

Meetings meet(const std::string& path, std::uint64_t offset, const std::vector<Words>& asked, int within, std::size_t most, unsigned threads) {
  const File file(path, O_RDONLY);
  const auto bytes = file.size();
  if (offset > bytes || (bytes - offset) % sizeof(Words)) throw std::invalid_argument(path + " does not end with a whole hash of 32 bytes");
  const auto rows = (bytes - offset) / sizeof(Words);
  const auto pieces = (rows + PIECE - 1) / PIECE;
#if defined(POSIX_FADV_SEQUENTIAL)
  posix_fadvise(file.number(), static_cast<off_t>(offset), 0, POSIX_FADV_SEQUENTIAL);
#endif
  const auto tables = within <= FAR && asked.size() > FEW ? std::make_unique<Tables>(asked, within) : nullptr;
  std::atomic<std::uint64_t> next{0}, found{0};
  std::mutex ending;
  std::exception_ptr failed;
  Meetings all;
  // Pieces are taken in order and finished once taken, so the first rows are never the ones that lack.
  const auto work = [&] {
    try {
      std::vector<Words> hashes(std::min<std::uint64_t>(PIECE, rows));
      std::vector<Met> met;
      while (found <= most) {
        const auto piece = next++;
        if (piece >= pieces) break;
        const auto first = piece * PIECE;
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(PIECE, rows - first));
        read_at(file, hashes.data(), count * sizeof(Words), offset + first * sizeof(Words));
        std::vector<Met> here;
        look_through({hashes.data(), count, first, most, here}, asked, within, tables.get());
        found += here.size();
        met.insert(met.end(), here.begin(), here.end());
      }
      const std::lock_guard mine(ending);
      all.met.insert(all.met.end(), met.begin(), met.end());
    } catch (...) {
      const std::lock_guard mine(ending);
      failed = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (unsigned one = 1; one < threads; one++) others.emplace_back(work);
  work();
  for (auto& one : others) one.join();
  if (failed) std::rethrow_exception(failed);
  std::sort(all.met.begin(), all.met.end(), [](const Met& a, const Met& b) { return a.row != b.row ? a.row < b.row : a.which < b.which; });
  all.more = all.met.size() > most;
  if (all.more) all.met.resize(most);
  return all;
}

}  // namespace hoede::index
