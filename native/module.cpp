// What Python sees: hoede._native. Arguments are checked here, and every loop runs without the interpreter's lock.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include "archive.hpp"
#include "checksum.hpp"
#include "index.hpp"
#include "isa.hpp"
#include "kept.hpp"
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

// ── Index ──────────────────────────────────────────────────────────────────────────────────────────────────────────

using hoede::index::Answer;
using hoede::index::Bank;
using hoede::index::Id;
using hoede::index::Index;
using hoede::index::Limits;
using hoede::index::Words;

Words words_of(const nb::bytes& hash) {
  if (hash.size() != sizeof(Words)) refuse("a fingerprint has 32 bytes, not " + std::to_string(hash.size()));
  Words words;
  std::memcpy(words.data(), hash.data(), sizeof words);
  return words;
}

std::vector<Words> rows_of(const Array& hashes) {
  if (hashes.ndim() != 2 || hashes.shape(1) != sizeof(Words) || hashes.dtype() != nb::dtype<std::uint8_t>())
    refuse("hashes are rows of 32 uint8, not " + shape_of(hashes));
  const auto rows = hashes.shape(0);
  if (rows && (hashes.stride(1) != 1 || (rows > 1 && hashes.stride(0) != sizeof(Words))))
    refuse("rows of hashes lie behind one another; pass numpy.ascontiguousarray(hashes)");
  std::vector<Words> words(rows);
  if (rows) std::memcpy(words.data(), hashes.data(), rows * sizeof(Words));
  return words;
}

template <class T>
std::vector<T> numbers_of(const Array& numbers, const char* what) {
  if (numbers.ndim() != 1 || numbers.dtype() != nb::dtype<T>()) refuse(std::string(what) + ", not " + shape_of(numbers));
  if (numbers.shape(0) > 1 && numbers.stride(0) != 1) refuse(std::string(what) + " that lie beside one another");
  const auto* first = static_cast<const T*>(numbers.data());
  return {first, first + numbers.shape(0)};
}

// One limit for every bank, or one for each.
Limits limits_of(const nb::object& limits) {
  if (nb::isinstance<nb::int_>(limits)) {
    int overflow = 0;
    const long within = PyLong_AsLongAndOverflow(limits.ptr(), &overflow);
    return Limits::everywhere(overflow || within > hoede::index::BITS ? hoede::index::BITS + 1 : within < 0 ? -1 : static_cast<int>(within));
  }
  Array array;
  if (!nb::try_cast(limits, array)) refuse("limits are one number, or a one-dimensional array of int16");
  return Limits(numbers_of<std::int16_t>(array, "limits are one number, or a one-dimensional array of int16"));
}

std::size_t most_of(std::int64_t most) {
  if (most < 1) refuse("at least one answer is wanted, not " + std::to_string(most));
  return static_cast<std::size_t>(most);
}

Id add_one(Index& index, const nb::bytes& hash, std::int64_t bank) {
  const auto words = words_of(hash);
  if (bank < 0 || bank > 0xffff) refuse("a bank is 0 to 65535, not " + std::to_string(bank));
  const auto number = static_cast<Bank>(bank);
  nb::gil_scoped_release without;
  return index.add(&words, &number, 1);
}

Id add_rows(Index& index, const Array& hashes, const Array& banks) {
  const auto words = rows_of(hashes);
  const auto numbers = numbers_of<Bank>(banks, "banks are a one-dimensional array of uint16");
  if (words.size() != numbers.size()) refuse(std::to_string(words.size()) + " hashes and " + std::to_string(numbers.size()) + " banks");
  nb::gil_scoped_release without;
  return index.add(words.data(), numbers.data(), words.size());
}

void remove_rows(Index& index, const Array& ids) {
  const auto gone = numbers_of<Id>(ids, "ids are a one-dimensional array of uint32");
  nb::gil_scoped_release without;
  index.remove(gone.data(), gone.size());
}

nb::object near_one(const Index& index, const nb::bytes& asked, const nb::object& limits, std::int64_t most) {
  const auto words = words_of(asked);
  const auto within = limits_of(limits);
  const auto wanted = most_of(most);
  Answer answer;
  {
    nb::gil_scoped_release without;
    answer = index.near(words, within, wanted);
  }
  nb::list found;
  for (const auto& one : answer.near) found.append(nb::make_tuple(one.distance, one.id, one.bank));
  return nb::make_tuple(found, answer.more);
}

template <class T>
nb::object array_of(std::vector<T> values) {
  auto* kept = new std::vector<T>(std::move(values));
  nb::capsule owner(kept, [](void* gone) noexcept { delete static_cast<std::vector<T>*>(gone); });
  return nb::cast(nb::ndarray<nb::numpy, T, nb::ndim<1>>(kept->data(), {kept->size()}, owner));
}

nb::object near_rows(const Index& index, const Array& asked, const nb::object& limits, std::int64_t most) {
  const auto words = rows_of(asked);
  const auto within = limits_of(limits);
  const auto wanted = most_of(most);
  std::vector<std::uint64_t> starts(words.size() + 1);
  std::vector<std::uint16_t> distances;
  std::vector<Id> ids;
  std::vector<Bank> banks;
  std::vector<std::uint8_t> more(words.size());
  {
    nb::gil_scoped_release without;
    const auto answers = index.near_all(words.data(), words.size(), within, wanted);
    for (std::size_t i = 0; i < answers.size(); i++) starts[i + 1] = starts[i] + answers[i].near.size();
    distances.reserve(starts.back());
    ids.reserve(starts.back());
    banks.reserve(starts.back());
    for (std::size_t i = 0; i < answers.size(); i++) {
      more[i] = answers[i].more;
      for (const auto& one : answers[i].near) {
        distances.push_back(one.distance);
        ids.push_back(one.id);
        banks.push_back(one.bank);
      }
    }
  }
  return nb::make_tuple(array_of(std::move(starts)), array_of(std::move(distances)), array_of(std::move(ids)),
                        array_of(std::move(banks)), array_of(std::move(more)));
}

nb::object meet(const std::string& path, const Array& asked, std::int64_t within, std::int64_t most, std::int64_t offset, std::int64_t threads) {
  const auto words = rows_of(asked);
  if (words.size() > hoede::index::LONGEST_LIST)
    refuse("a list has at most " + std::to_string(hoede::index::LONGEST_LIST) + " hashes, not " + std::to_string(words.size()));
  if (within < 0 || within > hoede::index::BITS) refuse("a limit is 0 to 256 bits, not " + std::to_string(within));
  if (offset < 0) refuse("an archive begins at a byte of its file, not at " + std::to_string(offset));
  if (threads < 1 || threads > 256) refuse("1 to 256 threads look through an archive, not " + std::to_string(threads));
  const auto wanted = most_of(most);
  hoede::index::Meetings found;
  std::vector<std::uint64_t> rows;
  std::vector<std::uint32_t> which;
  std::vector<std::uint16_t> distances;
  {
    nb::gil_scoped_release without;
    found = hoede::index::meet(path, static_cast<std::uint64_t>(offset), words, static_cast<int>(within), wanted, static_cast<unsigned>(threads));
    for (const auto& one : found.met) {
      rows.push_back(one.row);
      which.push_back(one.which);
      distances.push_back(one.distance);
    }
  }
  return nb::make_tuple(array_of(std::move(rows)), array_of(std::move(which)), array_of(std::move(distances)), found.more);
}

}  // namespace

NB_MODULE(_native, module) {
  // Threads that still run when a process ends keep their modules; that is no fault to print.
  nb::set_leak_warnings(false);
  nb::exception<hoede::index::Damaged>(module, "Damaged", PyExc_ValueError);
  nb::register_exception_translator([](const std::exception_ptr& raised, void*) {
    try {
      std::rethrow_exception(raised);
    } catch (const std::system_error& error) {
      nb::object told = nb::make_tuple(error.code().value(), std::string(error.what()));
      PyErr_SetObject(PyExc_OSError, told.ptr());
    }
  });
  module.doc() = "Kernels: fingerprints of pictures, and exact search among fingerprints.";
  module.def("pdq", &pdq, "plane"_a, "turns"_a = false);
  module.def("checksum", [](const nb::bytes& content) { return hoede::Checksum::of(content.data(), content.size()); }, "content"_a);
  module.def("uses_avx2", &hoede::has_avx2);
  module.def("allow_avx2", [](bool allow) { hoede::avx2_allowed = allow; }, "allow"_a);
  nb::class_<Strips>(module, "PdqStrips")
      .def(nb::init<std::int64_t, std::int64_t, bool>(), "width"_a, "height"_a, "exact"_a = false)
      .def("add", &Strips::add, "strip"_a)
      .def("found", &Strips::found, "turns"_a = false);
  module.def("meet", &meet, "path"_a, "asked"_a, "within"_a, "most"_a, "offset"_a = 0, "threads"_a = 1);
  nb::class_<Index>(module, "Index")
      .def(nb::init<>())
      .def(nb::init<const std::string&>(), "folder"_a, Without())
      .def("__len__", &Index::count)
      .def("add", &add_one, "value"_a, "bank"_a = 0)
      .def("add_all", &add_rows, "hashes"_a, "banks"_a)
      .def("remove", &remove_rows, "ids"_a)
      .def("near", &near_one, "asked"_a, "within"_a, "most"_a)
      .def("near_all", &near_rows, "asked"_a, "within"_a, "most"_a)
      .def("merge", &Index::merge, Without())
      .def("save", &Index::save, Without())
      .def("save_as", &Index::save_as, "path"_a, Without())
      .def_static("from_file", &Index::from, "path"_a, Without())
      .def_prop_ro("recent", &Index::recent)
      .def_prop_ro("memory_bytes", &Index::bytes);
}
