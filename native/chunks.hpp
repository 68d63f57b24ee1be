// The arithmetic of the two levels of pigeonholes (index.hpp), for all who search by them.
#pragma once

#include "index.hpp"
#include "isa.hpp"

namespace hoede::index {

constexpr int PROBES = 17;  // a chunk's value and the 16 beside it

HOEDE_INLINE std::uint16_t chunk(const Words& words, int table) {
  return static_cast<std::uint16_t>(words[static_cast<std::size_t>(table / 4)] >> (16 * (table % 4)));
}

// Of a probe: the chunk's own value first, then the one with each bit turned.
inline std::uint32_t value_of(std::uint16_t own, int probe) { return probe ? own ^ (1U << (probe - 1)) : own; }

HOEDE_INLINE int apart(const Words& one, const Words& other) {
  return __builtin_popcountll(one[0] ^ other[0]) + __builtin_popcountll(one[1] ^ other[1]) +
         __builtin_popcountll(one[2] ^ other[2]) + __builtin_popcountll(one[3] ^ other[3]);
}

// How many bits of a word may differ at this limit; with more than one, a chunk of it may differ in one.
inline int in_word(int within) { return within / 8; }
inline int probes(int within) { return in_word(within) > 1 ? PROBES : 1; }

// Whether a table before this one finds the same hash: then it counts there, and is told once.
HOEDE_INLINE bool is_of_an_earlier(const Words& one, const Words& asked, std::uint32_t table, int word, int beside) {
  for (std::uint32_t before = 0; before < table; before++) {
    const auto differ = static_cast<std::uint32_t>((one[before / 4] ^ asked[before / 4]) >> (32 * (before / 2 % 2)));
    const auto chunks = before % 2 ? differ >> 16 : differ & 0xffff;
    if (__builtin_popcount(differ) <= word && __builtin_popcount(chunks) <= beside) return true;
  }
  return false;
}

}  // namespace hoede::index
