// XXH64: a checksum as quick as memory, against damage, not against intent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace hoede {

class Checksum {
 public:
  static std::uint64_t of(const void* data, std::size_t bytes, std::uint64_t seed = 0) {
    const auto* at = static_cast<const unsigned char*>(data);
    const auto* end = at + bytes;
    std::uint64_t sum;
    if (bytes >= 32) {
      std::uint64_t lanes[4] = {seed + A + B, seed + B, seed, seed - A};
      for (; end - at >= 32; at += 32)
        for (int lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane], word(at + 8 * lane));
      sum = turned(lanes[0], 1) + turned(lanes[1], 7) + turned(lanes[2], 12) + turned(lanes[3], 18);
      for (const auto lane : lanes) sum = (sum ^ round(0, lane)) * A + D;
    } else {
      sum = seed + E;
    }
    sum += bytes;
    for (; end - at >= 8; at += 8) sum = turned(sum ^ round(0, word(at)), 27) * A + D;
    if (end - at >= 4) {
      std::uint32_t half;
      std::memcpy(&half, at, sizeof half);
      sum = turned(sum ^ (half * A), 23) * B + C;
      at += 4;
    }
    for (; at < end; at++) sum = turned(sum ^ (*at * E), 11) * A;
    sum = (sum ^ (sum >> 33)) * B;
    sum = (sum ^ (sum >> 29)) * C;
    return sum ^ (sum >> 32);
  }

 private:
  static constexpr std::uint64_t A = 0x9E3779B185EBCA87, B = 0xC2B2AE3D27D4EB4F, C = 0x165667B19E3779F9,
                                 D = 0x85EBCA77C2B2AE63, E = 0x27D4EB2F165667C5;
  static std::uint64_t turned(std::uint64_t value, int bits) { return value << bits | value >> (64 - bits); }
  static std::uint64_t round(std::uint64_t lane, std::uint64_t input) { return turned(lane + input * B, 31) * A; }
  static std::uint64_t word(const unsigned char* at) {
    std::uint64_t value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
};

}  // namespace hoede
