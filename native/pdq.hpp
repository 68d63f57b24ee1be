// PDQ of a grey plane that comes in strips from the top.
//
// The reference blurs with two boxes per axis, takes 64 x 64 points, transforms them and compares each frequency
// with the median. `Folding` does blur and points in one sparse weighted sum, which rounds differently; so it also
// tells whether any bit, or the quality, lies so near to its border that the reference may have fallen on the other
// side. Then `Retracing` does every rounding step in the reference's own order, for several times the time.
// Source: docs/sources.md#pdq
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hoede::pdq {

constexpr int SIDE = 64, KEPT = 16, LEAST_SIDE = 5, TURNS = 8;
constexpr int LONGEST_SIDE = 1 << 20;

using Hash = std::array<std::uint8_t, 32>;
using Small = std::array<float, SIDE * SIDE>;

struct Found {
  std::array<Hash, TURNS> hashes;  // the picture itself, then its turns and mirrors, where they were asked for
  int quality;
  bool sure;  // whether the reference is certain to find the same
};

// Rows of one picture; `stride` is in elements.
template <class T>
struct Strip {
  const T* first;
  std::size_t rows, stride;
};

// How one axis of so many points shrinks to 64: the weights of a tent around each point that is kept.
struct Axis {
  std::array<int, SIDE> first, count;
  std::array<std::vector<float>, SIDE> weights;
};
Axis axis(int length);

class Folding {
 public:
  Folding(int width, int height);
  template <class T>
  void add(Strip<T> strip);
  Found found(bool turns) const;

 private:
  int width_, top_ = 0;
  bool exact_;  // nothing is blurred, so nothing is rounded
  Axis across_, down_;
  std::array<std::vector<float>, SIDE> open_;  // sums over the rows that came, of the points that more rows belong to
  std::vector<std::vector<float>> spare_;
  Small small_{};
};

class Retracing {
 public:
  Retracing(int width, int height);
  template <class T>
  void add(Strip<T> strip);
  Found found(bool turns) const;

 private:
  // One box down the columns: rows go in, blurred rows come out later. Keeps only the rows under the window.
  struct Columns {
    int width, length, window, half;
    int in = 0, out = 0, size = 0;
    std::vector<float> sums, result;
    std::vector<std::vector<float>> kept;
    Columns(int width, int length);
    template <class Take>
    void push(const float* row, Take take);
    template <class Take>
    void give(Take& take);
  };
  void again(std::size_t rows);

  int width_, height_, next_ = 0;
  Columns first_, last_;
  std::array<int, SIDE> columns_;
  std::vector<float> line_, sizes_, waiting_, boxes_;  // rows that wait go through their second box together
  std::size_t waits_ = 0;
  Small small_{};
};

// How near to its border a frequency, or a step from one point to the next, is not certain any more: several times
// the most that the two ways were ever seen to differ, at any size (docs/decisions/0028-native-kernels.md).
constexpr float UNSURE_FREQUENCY = 0.005F, UNSURE_STEP = 0.002F;

}  // namespace hoede::pdq
