#include "pdq.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "isa.hpp"
#if HOEDE_AVX2
#include <immintrin.h>
#endif

namespace hoede::pdq {
namespace {

constexpr int LANES = 8, TOGETHER = 4;
constexpr float WHITE = 255.0F, BRIGHTEST = 1e6F;  // some pictures are looked at as they are stored, with 16 bits a pixel
constexpr double PI = 3.14159265358979323846;

int window_of(int length) { return (length + 2 * SIDE - 1) / (2 * SIDE); }
int ahead_of(int window) { return (window + 2) / 2; }
int point_of(int place, int length) { return static_cast<int>((place + 0.5) * length / SIDE); }

// Frequencies 1 to 16 of a cosine transform over 64 points, rounded as the reference rounds them.
const std::array<std::array<float, SIDE>, KEPT>& cosines() {
  static const auto made = [] {
    std::array<std::array<float, SIDE>, KEPT> all{};
    const float scale = static_cast<float>(std::sqrt(2.0 / SIDE));
    for (int i = 0; i < KEPT; i++)
      for (int j = 0; j < SIDE; j++)
        all[i][j] = static_cast<float>(scale * std::cos((PI / 2.0 / SIDE) * (i + 1) * (2 * j + 1)));
    return all;
  }();
  return made;
}

// The transform, each sum in the reference's order.
std::array<float, KEPT * KEPT> transformed(const Small& small) {
  const auto& waves = cosines();
  float half[KEPT][SIDE];
  for (int i = 0; i < KEPT; i++) {
    for (float& sum : half[i]) sum = 0.0F;
    for (int k = 0; k < SIDE; k++)
      for (int j = 0; j < SIDE; j++) half[i][j] += waves[i][k] * small[k * SIDE + j];
  }
  float across[SIDE][KEPT];  // turned, so that sixteen sums run beside one another
  for (int j = 0; j < KEPT; j++)
    for (int k = 0; k < SIDE; k++) across[k][j] = waves[j][k];
  std::array<float, KEPT * KEPT> all{};
  for (int i = 0; i < KEPT; i++)
    for (int k = 0; k < SIDE; k++)
      for (int j = 0; j < KEPT; j++) all[i * KEPT + j] += half[i][k] * across[k][j];
  return all;
}

struct Bits {
  Hash hash;
  bool sure;
};

// A bit for every frequency stronger than the median, the first one the least significant.
Bits bits(const std::array<float, KEPT * KEPT>& all, float unsure) {
  auto sorted = all;
  const auto middle = sorted.begin() + KEPT * KEPT / 2 - 1;
  std::nth_element(sorted.begin(), middle, sorted.end());
  const float median = *middle, next = *std::min_element(middle + 1, sorted.end());
  Bits found{{}, next - median > 2 * unsure};
  for (std::size_t i = 0; i < all.size(); i++)
    if (all[i] > median) found.hash[31 - i / 8] = static_cast<std::uint8_t>(found.hash[31 - i / 8] | (1 << (i % 8)));
  return found;
}

struct Quality {
  int least, most;
};

int scaled(std::int64_t total) { return static_cast<int>(std::min<std::int64_t>(100, total / 90)); }

// How much the points change from one to the next, counted as the reference does; between these two when each
// point may be wrong by so much.
Quality quality(const Small& small, float unsure) {
  std::int64_t least = 0, most = 0;
  const auto count = [&](float one, float other) {
    const float step = std::abs((one - other) * 100 / WHITE);
    least += static_cast<std::int64_t>(std::max(0.0F, step - unsure));
    most += static_cast<std::int64_t>(step + unsure);
  };
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      if (i + 1 < SIDE) count(small[i * SIDE + j], small[(i + 1) * SIDE + j]);
      if (j + 1 < SIDE) count(small[i * SIDE + j], small[i * SIDE + j + 1]);
    }
  return {scaled(least), scaled(most)};
}

Found summed_up(const Small& small, bool turns, float unsure_frequency, float unsure_step) {
  for (const float point : small)
    if (!(std::abs(point) <= BRIGHTEST)) throw std::invalid_argument("brightness is a number, and at most a million");
  const auto all = transformed(small);
  const auto counted = quality(small, unsure_step);
  Found found{{}, counted.least, counted.least == counted.most};
  for (int turn = 0; turn < (turns ? TURNS : 1); turn++) {
    // Transposing a picture transposes its transform; a mirror turns the sign of every odd frequency.
    auto one = all;
    for (int i = 0; i < KEPT; i++)
      for (int j = 0; j < KEPT; j++) {
        float value = turn & 4 ? all[j * KEPT + i] : all[i * KEPT + j];
        if ((turn & 2) && i % 2 == 0) value = -value;
        if ((turn & 1) && j % 2 == 0) value = -value;
        one[i * KEPT + j] = value;
      }
    const auto made = bits(one, unsure_frequency);
    found.hashes[turn] = made.hash;
    found.sure = found.sure && made.sure;
  }
  return found;
}

struct Plain {
  static HOEDE_INLINE float plus(float sum, float one, float other) { return sum + one * other; }
};
struct Fused {
  static HOEDE_INLINE float plus(float sum, float one, float other) { return __builtin_fmaf(one, other, sum); }
};

// Adds rows to `sums`, each by its weight; four at a time, so that the sums are fetched seldom.
template <class How, class T>
HOEDE_INLINE void weigh(float* __restrict sums, const T* rows, std::size_t stride, const float* weights, int count, int width) {
  int j = 0;
  for (; j + 4 <= count; j += 4, rows += 4 * stride) {
    const T *a = rows, *b = a + stride, *c = b + stride, *d = c + stride;
    const float u = weights[j], v = weights[j + 1], w = weights[j + 2], z = weights[j + 3];
    for (int x = 0; x < width; x++) {
      float sum = How::plus(sums[x], u, static_cast<float>(a[x]));
      sum = How::plus(sum, v, static_cast<float>(b[x]));
      sum = How::plus(sum, w, static_cast<float>(c[x]));
      sums[x] = How::plus(sum, z, static_cast<float>(d[x]));
    }
  }
  for (; j < count; j++, rows += stride) {
    const float u = weights[j];
    for (int x = 0; x < width; x++) sums[x] = How::plus(sums[x], u, static_cast<float>(rows[x]));
  }
}

// Weights are a multiple of LANES long, and so many values may be read.
template <class How>
HOEDE_INLINE float weighed(const float* values, const float* weights, std::size_t count) {
  float sums[LANES] = {};
  for (std::size_t x = 0; x < count; x += LANES)
    for (int lane = 0; lane < LANES; lane++) sums[lane] = How::plus(sums[lane], values[x + lane], weights[x + lane]);
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

template <class How>
HOEDE_INLINE void weigh_all(float* points, const float* values, const Axis& across) {
  for (int i = 0; i < SIDE; i++)
    points[i] = weighed<How>(values + across.first[i], across.weights[i].data(), across.weights[i].size());
}

#if HOEDE_AVX2
#define HOEDE_TARGET_FUSED __attribute__((target("avx2,fma")))
bool has_fused() {
  static const bool has = __builtin_cpu_supports("fma");
  return has_avx2() && has;
}
template <class T>
HOEDE_TARGET_FUSED void weigh_fused(float* sums, const T* rows, std::size_t stride, const float* weights, int count, int width) {
  weigh<Fused>(sums, rows, stride, weights, count, width);
}
HOEDE_TARGET_FUSED HOEDE_INLINE __m256 eight(const std::uint8_t* values) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(values))));
}
// The same, eight bytes at a time: left to itself a compiler fetches more, and pays for taking them apart.
template <>
HOEDE_TARGET_FUSED void weigh_fused(float* sums, const std::uint8_t* rows, std::size_t stride, const float* weights, int count, int width) {
  const int whole = width / LANES * LANES;
  int j = 0;
  for (; j + 4 <= count; j += 4) {
    const std::uint8_t *a = rows + j * stride, *b = a + stride, *c = b + stride, *d = c + stride;
    const __m256 u = _mm256_set1_ps(weights[j]), v = _mm256_set1_ps(weights[j + 1]), w = _mm256_set1_ps(weights[j + 2]), z = _mm256_set1_ps(weights[j + 3]);
    for (int x = 0; x < whole; x += LANES) {
      __m256 sum = _mm256_loadu_ps(sums + x);
      sum = _mm256_fmadd_ps(u, eight(a + x), sum);
      sum = _mm256_fmadd_ps(v, eight(b + x), sum);
      sum = _mm256_fmadd_ps(w, eight(c + x), sum);
      sum = _mm256_fmadd_ps(z, eight(d + x), sum);
      _mm256_storeu_ps(sums + x, sum);
    }
  }
  if (whole < width) weigh<Fused>(sums + whole, rows + whole, stride, weights, j, width - whole);
  weigh<Fused>(sums, rows + j * stride, stride, weights + j, count - j, width);
}
HOEDE_TARGET_FUSED void weigh_all_fused(float* points, const float* values, const Axis& across) {
  weigh_all<Fused>(points, values, across);
}
#endif

template <class T>
void weigh_rows(float* sums, const T* rows, std::size_t stride, const float* weights, int count, int width) {
#if HOEDE_AVX2
  if (has_fused()) return weigh_fused(sums, rows, stride, weights, count, width);
#endif
  weigh<Plain>(sums, rows, stride, weights, count, width);
}

void weigh_points(float* points, const float* values, const Axis& across) {
#if HOEDE_AVX2
  if (has_fused()) return weigh_all_fused(points, values, across);
#endif
  weigh_all<Plain>(points, values, across);
}

// Whole numbers add up exactly in any order, and whole sums are quicker; everything else adds up as in the reference.
template <class T>
using Sum = std::conditional_t<std::is_integral_v<T>, std::int32_t, float>;

// One box along each of so many rows, as the reference runs it; divided by `under` it is the blurred row. A sum has to
// wait for the one before it, so several rows run beside one another.
template <int ROWS, class T>
void box_along(const T* rows, std::size_t stride, float* boxes, int width) {
  const int window = window_of(width), ahead = ahead_of(window), size = width;
  Sum<T> sums[ROWS] = {};
  const auto each = [&](auto step) {
    for (int row = 0; row < ROWS; row++) step(sums[row], rows + row * stride, boxes + static_cast<std::size_t>(row) * size);
  };
  int in = 0, out = 0;
  for (; in < ahead - 1; in++) each([in](auto& sum, const T* row, float*) { sum += row[in]; });
  for (; in < window; in++, out++)
    each([in, out](auto& sum, const T* row, float* box) {
      sum += row[in];
      box[out] = static_cast<float>(sum);
    });
  for (; in < width; in++, out++)
    each([in, out, window](auto& sum, const T* row, float* box) {
      sum += row[in];
      sum -= row[in - window];
      box[out] = static_cast<float>(sum);
    });
  for (int gone = width - window; out < width; gone++, out++)
    each([gone, out](auto& sum, const T* row, float* box) {
      sum -= row[gone];
      box[out] = static_cast<float>(sum);
    });
}

// How many values lie under a box at this place.
int under(int place, int length) {
  const int window = window_of(length), ahead = ahead_of(window);
  return std::min(length, place + ahead) - std::max(0, place - (window - ahead));
}

}  // namespace

Axis axis(int length) {
  Axis made;
  const int window = window_of(length), ahead = ahead_of(window);
  const auto first = [&](int place) { return std::max(0, place - (window - ahead)); };
  const auto after = [&](int place) { return std::min(length, place + ahead); };
  for (int k = 0; k < SIDE; k++) {
    const int point = point_of(k, length);
    const int low = first(first(point)), high = after(after(point) - 1);
    std::vector<double> weights(static_cast<std::size_t>((high - low + LANES - 1) / LANES * LANES), 0.0);
    for (int j = first(point); j < after(point); j++) {
      const double share = 1.0 / (after(j) - first(j)) / (after(point) - first(point));
      for (int t = first(j); t < after(j); t++) weights[t - low] += share;
    }
    made.first[k] = low;
    made.count[k] = high - low;
    made.weights[k].assign(weights.begin(), weights.end());
  }
  return made;
}

Folding::Folding(int width, int height)
    : width_(width), exact_(window_of(width) == 1 && window_of(height) == 1), across_(axis(width)), down_(axis(height)) {}

template <class T>
void Folding::add(Strip<T> strip) {
  const int bottom = top_ + static_cast<int>(strip.rows);
  exact_ = exact_ && std::is_integral_v<T>;
  for (int k = 0; k < SIDE; k++) {
    const int first = down_.first[k], after = first + down_.count[k];
    const int from = std::max(first, top_), to = std::min(after, bottom);
    if (from >= to) continue;
    auto& sums = open_[k];
    if (sums.empty()) {
      if (spare_.empty()) spare_.emplace_back(static_cast<std::size_t>(width_ + LANES));
      sums.swap(spare_.back());
      spare_.pop_back();
      std::fill(sums.begin(), sums.end(), 0.0F);
    }
    const T* rows = strip.first + static_cast<std::size_t>(from - top_) * strip.stride;
    weigh_rows(sums.data(), rows, strip.stride, down_.weights[k].data() + (from - first), to - from, width_);
    if (to < after) continue;
    weigh_points(small_.data() + k * SIDE, sums.data(), across_);
    spare_.emplace_back();
    spare_.back().swap(sums);
  }
  top_ = bottom;
}

Found Folding::found(bool turns) const {
  auto found = summed_up(small_, turns, exact_ ? 0.0F : UNSURE_FREQUENCY, exact_ ? 0.0F : UNSURE_STEP);
  found.sure = found.sure || exact_;
  return found;
}

Retracing::Columns::Columns(int width_, int length_)
    : width(width_), length(length_), window(window_of(length_)), half(ahead_of(window)),
      sums(static_cast<std::size_t>(width_), 0.0F), result(static_cast<std::size_t>(width_)) {
  kept.resize(static_cast<std::size_t>(window));
}

template <class Take>
void Retracing::Columns::push(const float* row, Take take) {
  auto& slot = kept[static_cast<std::size_t>(in % window)];
  for (int x = 0; x < width; x++) sums[x] += row[x];
  if (in < window) {
    size++;
  } else {
    for (int x = 0; x < width; x++) sums[x] -= slot[x];
  }
  slot.assign(row, row + width);
  in++;
  if (in >= half) give(take);
  if (in < length) return;
  for (int gone = length - window; out < length; gone++) {
    const auto& old = kept[static_cast<std::size_t>(gone % window)];
    for (int x = 0; x < width; x++) sums[x] -= old[x];
    size--;
    give(take);
  }
}

template <class Take>
void Retracing::Columns::give(Take& take) {
  const auto count = static_cast<float>(size);
  for (int x = 0; x < width; x++) result[x] = sums[x] / count;
  take(out++, result.data());
}

Retracing::Retracing(int width, int height)
    : width_(width), height_(height), first_(width, height), last_(SIDE, height),
      line_(static_cast<std::size_t>(width)), sizes_(line_.size()), waiting_(TOGETHER * line_.size()), boxes_(waiting_.size()) {
  for (int k = 0; k < SIDE; k++) columns_[k] = point_of(k, width);
  for (int x = 0; x < width; x++) sizes_[x] = static_cast<float>(under(x, width));
}

template <class T>
void Retracing::add(Strip<T> strip) {
  for (std::size_t y = 0; y < strip.rows; y++) {
    box_along<1>(strip.first + y * strip.stride, strip.stride, line_.data(), width_);
    for (int x = 0; x < width_; x++) line_[x] /= sizes_[x];
    first_.push(line_.data(), [this](int place, const float* row) {
      std::copy(row, row + width_, waiting_.data() + waits_++ * width_);
      if (waits_ == TOGETHER || place + 1 == height_) again(std::exchange(waits_, 0));
    });
  }
}

void Retracing::again(std::size_t rows) {
  const auto width = static_cast<std::size_t>(width_);
  if (rows == TOGETHER) {
    box_along<TOGETHER>(waiting_.data(), width, boxes_.data(), width_);
  } else {
    for (std::size_t row = 0; row < rows; row++)
      box_along<1>(waiting_.data() + row * width, width, boxes_.data() + row * width, width_);
  }
  for (std::size_t row = 0; row < rows; row++) {
    float points[SIDE];
    for (int k = 0; k < SIDE; k++) points[k] = boxes_[row * width + columns_[k]] / sizes_[columns_[k]];
    last_.push(points, [this](int place, const float* blurred) {
      for (; next_ < SIDE && point_of(next_, height_) == place; next_++)
        std::copy(blurred, blurred + SIDE, small_.data() + next_ * SIDE);
    });
  }
}

Found Retracing::found(bool turns) const {
  auto found = summed_up(small_, turns, 0.0F, 0.0F);
  found.sure = true;  // equal frequencies are equal in the reference, too
  return found;
}

template void Folding::add(Strip<std::uint8_t>);
template void Folding::add(Strip<float>);
template void Retracing::add(Strip<std::uint8_t>);
template void Retracing::add(Strip<float>);

}  // namespace hoede::pdq
