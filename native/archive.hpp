// A small list against an archive: a file of hashes behind one another, of any size, read once.
//
// The roles of search are turned: the list is in tables, every value a chunk may have within the limit with its hashes,
// and each hash of the archive asks by its own 16 chunks. A bit for each value tells first whether anything is there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "index.hpp"

namespace hoede::index {

constexpr std::size_t LONGEST_LIST = 1 << 16;

struct Met {
  std::uint64_t row;  // of the archive
  std::uint32_t which;  // of the list
  std::uint16_t distance;
};

struct Meetings {
  std::vector<Met> met;  // by row, then by place in the list
  bool more = false;     // there are others behind the last
};

// Raises std::system_error, or std::invalid_argument when the file does not end with a hash.
Meetings meet(const std::string& path, std::uint64_t offset, const std::vector<Words>& asked, int within, std::size_t most, unsigned threads);

}  // namespace hoede::index
