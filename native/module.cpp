// What Python sees: hoede._native. Arguments are checked here, and every loop runs without the interpreter's lock.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

#include "isa.hpp"
#include "pdq.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using Array = nb::ndarray<nb::ro, nb::device::cpu>;
using Without = nb::call_guard<nb::gil_scoped_release>;

[[noreturn]] void refuse(const std::string& why) { throw nb::value_error(why.c_str()); }

std::string shape_of(const Array& array) {
  std::string told;
  for (std::size_t i = 0; i < array.ndim(); i++) told += (i ? " x " : "") + std::to_string(array.shape(i));
  return told.empty() ? "no axis" : told;
}

// ── PDQ ────────────────────────────────────────────────────────────────────────────────────────────────────────────

void check_sides(std::int64_t width, std::int64_t height) {
  using namespace hoede::pdq;
  const auto told = "a plane of " + std::to_string(width) + " x " + std::to_string(height) + " pixels has no fingerprint; ";
  if (std::min(width, height) < LEAST_SIDE) refuse(told + "a side has at least " + std::to_string(LEAST_SIDE));
  if (std::max(width, height) > LONGEST_SIDE) refuse(told + "a side has at most " + std::to_string(LONGEST_SIDE));
}

void check_plane(const Array& plane) {
  if (plane.ndim() != 2) refuse("a plane has rows and columns, not " + shape_of(plane));
  if (plane.dtype() != nb::dtype<std::uint8_t>() && plane.dtype() != nb::dtype<float>())
    refuse("brightness comes as uint8 or float32, from 0 to 255");
  const bool rows_follow = plane.shape(0) < 2 || plane.stride(0) >= static_cast<std::int64_t>(plane.shape(1));
  if ((plane.shape(1) > 1 && plane.stride(1) != 1) || !rows_follow)
    refuse("the pixels of a row lie beside one another; pass numpy.ascontiguousarray(plane)");
}

template <class T>
hoede::pdq::Strip<T> strip_of(const Array& plane) {
  return {static_cast<const T*>(plane.data()), plane.shape(0), static_cast<std::size_t>(plane.stride(0))};
}

template <class How>
void add_to(How& how, const Array& plane) {
  if (plane.dtype() == nb::dtype<std::uint8_t>()) return how.add(strip_of<std::uint8_t>(plane));
  how.add(strip_of<float>(plane));
}

nb::object told(const hoede::pdq::Found& found, bool turns) {
  nb::list hashes;
  for (int turn = 0; turn < (turns ? hoede::pdq::TURNS : 1); turn++)
    hashes.append(nb::bytes(found.hashes[turn].data(), found.hashes[turn].size()));
  return nb::make_tuple(nb::tuple(hashes), found.quality);
}

// A picture whose rows come in strips. Two threads may not add at once, so they take turns.
class Strips {
 public:
  Strips(std::int64_t width, std::int64_t height, bool exact) : width_(width), height_(height) {
    check_sides(width, height);
    if (exact) how_.emplace<hoede::pdq::Retracing>(static_cast<int>(width), static_cast<int>(height));
    else how_.emplace<hoede::pdq::Folding>(static_cast<int>(width), static_cast<int>(height));
  }

  void add(const Array& strip) {
    check_plane(strip);
    const auto rows = static_cast<std::int64_t>(strip.shape(0));
    if (static_cast<std::int64_t>(strip.shape(1)) != width_)
      refuse("a strip of " + shape_of(strip) + " does not belong to a plane that is " + std::to_string(width_) + " wide");
    nb::gil_scoped_release without;
    const std::lock_guard turn(taking_turns_);
    if (came_ + rows > height_) refuse(std::to_string(came_ + rows) + " rows came, not " + std::to_string(height_));
    came_ += rows;
    if (auto* folding = std::get_if<hoede::pdq::Folding>(&how_)) add_to(*folding, strip);
    if (auto* retracing = std::get_if<hoede::pdq::Retracing>(&how_)) add_to(*retracing, strip);
  }

  nb::object found(bool turns) {
    hoede::pdq::Found found{};
    {
      nb::gil_scoped_release without;
      const std::lock_guard turn(taking_turns_);
      if (came_ != height_) refuse(std::to_string(came_) + " rows came, not " + std::to_string(height_));
      if (auto* folding = std::get_if<hoede::pdq::Folding>(&how_)) found = folding->found(turns);
      if (auto* retracing = std::get_if<hoede::pdq::Retracing>(&how_)) found = retracing->found(turns);
    }
    return found.sure ? told(found, turns) : nb::none();
  }

 private:
  std::int64_t width_, height_, came_ = 0;
  std::variant<std::monostate, hoede::pdq::Folding, hoede::pdq::Retracing> how_;
  std::mutex taking_turns_;
};

nb::object pdq(const Array& plane, bool turns) {
  check_plane(plane);
  check_sides(static_cast<std::int64_t>(plane.shape(1)), static_cast<std::int64_t>(plane.shape(0)));
  const auto width = static_cast<int>(plane.shape(1)), height = static_cast<int>(plane.shape(0));
  hoede::pdq::Found found{};
  {
    nb::gil_scoped_release without;
    hoede::pdq::Folding folding(width, height);
    add_to(folding, plane);
    found = folding.found(turns);
    if (!found.sure) {
      hoede::pdq::Retracing retracing(width, height);
      add_to(retracing, plane);
      found = retracing.found(turns);
    }
  }
  return told(found, turns);
}

}  // namespace

NB_MODULE(_native, module) {
  module.doc() = "Kernels: fingerprints of pictures, and exact search among fingerprints.";
  module.def("pdq", &pdq, "plane"_a, "turns"_a = false);
  module.def("uses_avx2", &hoede::has_avx2);
  module.def("allow_avx2", [](bool allow) { hoede::avx2_allowed() = allow; }, "allow"_a);
  nb::class_<Strips>(module, "PdqStrips")
      .def(nb::init<std::int64_t, std::int64_t, bool>(), "width"_a, "height"_a, "exact"_a = false)
      .def("add", &Strips::add, "strip"_a)
      .def("found", &Strips::found, "turns"_a = false);
}
