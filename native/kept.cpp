#include "kept.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "checksum.hpp"

namespace hoede::index {
namespace {

constexpr std::uint32_t VERSION = 1, BYTE_ORDER_MARK = 0x01020304;
constexpr std::size_t HEADER_BYTES = 4096;  // so that the parts behind it lie on pages
constexpr std::uint32_t ADD = 1, REMOVE = 2;
constexpr const char* PART_NAMES[Layout::PARTS] = {"hashes", "ids", "banks", "starts", "rests", "places"};

struct Header {
  char name[8];
  std::uint32_t version, byte_order;
  std::uint64_t generation, count, next, file_bytes;
  std::uint64_t checksums[Layout::PARTS];
  std::uint64_t checksum;  // of everything before it
};

struct LogHeader {
  char name[8];
  std::uint32_t version, byte_order;
  std::uint64_t generation;
  std::uint64_t checksum;
};

struct Record {
  std::uint32_t kind, count;
  std::uint64_t first;
  std::uint64_t checksum;
};

constexpr char SNAPSHOT_NAME[] = "HOEDEIDX", LOG_NAME[] = "HOEDELOG";

[[noreturn]] void fail(const std::string& path) { throw std::system_error(errno, std::generic_category(), path); }
[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Damaged(path + " " + why + "; remove the folder and build the index anew");
}

template <class H>
std::uint64_t checksum_of(const H& header) {
  return Checksum::of(&header, offsetof(H, checksum));
}

template <class H>
void check_header(const std::string& path, const H& header, const char* name) {
  if (std::memcmp(header.name, name, sizeof header.name) != 0) refuse(path, "is no such file");
  if (header.byte_order != BYTE_ORDER_MARK) refuse(path, "was written on a machine of another byte order");
  if (header.version != VERSION)
    refuse(path, "has version " + std::to_string(header.version) + ", and this Hoede reads " + std::to_string(VERSION));
  if (header.checksum != checksum_of(header)) refuse(path, "is damaged in its header");
}

std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }
std::size_t payload_of(const Record& record) {
  const std::size_t count = record.count;
  return record.kind == ADD ? count * sizeof(Words) + padded(count * sizeof(Bank)) : padded(count * sizeof(Id));
}

bool is_empty(const std::byte* at, const std::byte* end) {
  return std::all_of(at, end, [](std::byte one) { return one == std::byte{0}; });
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// A whole file, read-only, as long as somebody holds it.
std::shared_ptr<std::byte> mapped(const File& file, std::size_t bytes) {
  if (!bytes) return {new std::byte[1], [](std::byte* gone) { delete[] gone; }};
  void* memory = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (memory == MAP_FAILED) fail(file.path);
  madvise(memory, bytes, MADV_WILLNEED);
  return {static_cast<std::byte*>(memory), [bytes](std::byte* gone) { munmap(gone, bytes); }};
}

// A checksum finds damage; this finds what would lead outside of the file in spite of it.
bool is_sound(const Core& core, Id next) {
  for (std::uint32_t place = 0; place < core.count; place++)
    if (core.ids[place] >= next || (place && core.ids[place] <= core.ids[place - 1])) return false;
  if (!core.tabled) return true;
  for (int table = 0; table < TABLES; table++) {
    const auto* starts = core.starts[table];
    if (starts[0] != 0 || starts[VALUES] != core.count || !std::is_sorted(starts, starts + VALUES + 1)) return false;
    std::uint32_t highest = 0;
    for (std::uint32_t at = 0; at < core.count; at++) highest = std::max(highest, core.places[table][at]);
    if (highest >= core.count) return false;
  }
  return true;
}

}  // namespace

File::File(const std::string& path_, int flags) : path(path_), number_(open(path_.c_str(), flags | O_CLOEXEC, 0600)) {
  if (number_ < 0) fail(path);
}
File::File(File&& other) noexcept : path(std::move(other.path)), number_(std::exchange(other.number_, -1)) {}
File& File::operator=(File&& other) noexcept {
  std::swap(path, other.path);
  std::swap(number_, other.number_);
  return *this;
}
File::~File() {
  if (number_ >= 0) close(number_);
}

std::uint64_t File::size() const {
  struct stat told;
  if (fstat(number_, &told) != 0) fail(path);
  return static_cast<std::uint64_t>(told.st_size);
}

void File::write(const void* data, std::size_t bytes) {
  const auto* at = static_cast<const char*>(data);
  while (bytes) {
    const auto done = ::write(number_, at, std::min<std::size_t>(bytes, 1 << 30));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail(path);
    at += done;
    bytes -= static_cast<std::size_t>(done);
  }
}

void File::sync() {
#if defined(__linux__)
  if (fdatasync(number_) != 0) fail(path);  // its size, too, as far as it is needed to read it
#else
  if (fsync(number_) != 0) fail(path);
#endif
}

Kept::Kept(std::string folder) : folder_(std::move(folder)), lock_(folder_ + "/lock", O_RDWR | O_CREAT) {
  if (flock(lock_.number(), LOCK_EX | LOCK_NB) == 0) return;
  if (errno != EWOULDBLOCK) fail(lock_.path);
  throw std::runtime_error(folder_ + " is in use; an index on disk belongs to one process at a time");
}

Snapshot read_snapshot(const std::string& path) {
  const File file(path, O_RDONLY);
  const auto bytes = file.size();
  if (bytes < HEADER_BYTES) refuse(path, "is cut off");
  const auto memory = mapped(file, static_cast<std::size_t>(bytes));
  Header header;
  std::memcpy(&header, memory.get(), sizeof header);
  check_header(path, header, SNAPSHOT_NAME);
  if (header.count > LAST_ID || header.next > LAST_ID || header.file_bytes != bytes) refuse(path, "is cut off, or has too much");
  const Layout layout(header.count);
  if (HEADER_BYTES + layout.total != bytes) refuse(path, "is cut off, or has too much");
  const std::shared_ptr<std::byte> parts(memory, memory.get() + HEADER_BYTES);
  for (int part = 0; part < Layout::PARTS; part++)
    if (Checksum::of(parts.get() + layout.offset[part], layout.bytes[part]) != header.checksums[part])
      refuse(path, std::string("is damaged in its ") + PART_NAMES[part]);
  const Snapshot found{std::make_shared<Core>(static_cast<std::uint32_t>(header.count), parts), header.generation, static_cast<Id>(header.next)};
  if (!is_sound(*found.core, found.next)) refuse(path, "says what cannot be");
  return found;
}

void write_snapshot(const std::string& path, const Core& core, std::uint64_t generation, Id next) {
  Header header{};
  std::memcpy(header.name, SNAPSHOT_NAME, sizeof header.name);
  header.version = VERSION;
  header.byte_order = BYTE_ORDER_MARK;
  header.generation = generation;
  header.count = core.count;
  header.next = next;
  header.file_bytes = HEADER_BYTES + core.layout.total;
  for (int part = 0; part < Layout::PARTS; part++)
    header.checksums[part] = Checksum::of(core.memory.get() + core.layout.offset[part], core.layout.bytes[part]);
  header.checksum = checksum_of(header);
  {
    File file(path + ".new", O_WRONLY | O_CREAT | O_TRUNC);
    const std::vector<std::byte> nothing(HEADER_BYTES);
    file.write(&header, sizeof header);
    file.write(nothing.data(), HEADER_BYTES - sizeof header);
    std::size_t written = 0;
    for (int part = 0; part < Layout::PARTS; part++) {
      file.write(nothing.data(), core.layout.offset[part] - written);
      file.write(core.memory.get() + core.layout.offset[part], core.layout.bytes[part]);
      written = core.layout.offset[part] + core.layout.bytes[part];
    }
    file.write(nothing.data(), core.layout.total - written);
    file.sync();
  }
  if (rename((path + ".new").c_str(), path.c_str()) != 0) fail(path);
  const auto slash = path.rfind('/');
  File folder(slash == std::string::npos ? "." : path.substr(0, slash + 1), O_RDONLY | O_DIRECTORY);
  folder.sync();
}

Snapshot Kept::load() {
  const auto path = folder_ + "/snapshot";
  unlink((path + ".new").c_str());
  if (!exists(path)) {
    if (exists(log_path(0))) return {Core::made(0), 0, 0};
    std::unique_ptr<DIR, int (*)(DIR*)> all(opendir(folder_.c_str()), closedir);
    if (!all) fail(folder_);
    while (const auto* one = readdir(all.get()))
      if (std::strncmp(one->d_name, "log-", 4) == 0 && std::strcmp(one->d_name, "log-0.new") != 0) refuse(path, "is missing, and there is a log");
    open_new_log(0);
    return {Core::made(0), 0, 0};
  }
  const auto found = read_snapshot(path);
  if (!exists(log_path(found.generation))) refuse(log_path(found.generation), "is missing");
  return found;
}

void Kept::replay(const Snapshot& snapshot, const Replay& into) {
  generation_ = snapshot.generation;
  for (auto old = generation_; old-- > 0 && unlink(log_path(old).c_str()) == 0;) {}
  while (true) {
    const bool last = !exists(log_path(generation_ + 1));
    replay_log(generation_, last, into);
    if (last) return;
    generation_++;
  }
}

void Kept::replay_log(std::uint64_t generation, bool last, const Replay& into) {
  File file(log_path(generation), O_RDWR | O_APPEND);
  const auto bytes = static_cast<std::size_t>(file.size());
  if (bytes < sizeof(LogHeader)) refuse(file.path, "is cut off in its header");
  const auto memory = mapped(file, bytes);
  const std::byte *const begin = memory.get(), *const end = begin + bytes;
  LogHeader header;
  std::memcpy(&header, begin, sizeof header);
  check_header(file.path, header, LOG_NAME);
  if (header.generation != generation) refuse(file.path, "belongs to another snapshot");
  const auto* at = begin + sizeof header;
  while (at < end) {
    const auto left = static_cast<std::size_t>(end - at);
    const auto place = static_cast<std::uint64_t>(at - begin);
    Record record;
    if (left < sizeof record || is_empty(at, end)) break;  // cut short while it was written
    std::memcpy(&record, at, sizeof record);
    if (record.checksum != Checksum::of(&record, offsetof(Record, checksum), generation ^ place) || (record.kind != ADD && record.kind != REMOVE))
      refuse(file.path, "is damaged at byte " + std::to_string(place));
    const auto payload = payload_of(record);
    if (left - sizeof record < payload + sizeof(std::uint64_t)) break;
    const auto* content = at + sizeof record;
    std::uint64_t checksum;
    std::memcpy(&checksum, content + payload, sizeof checksum);
    if (checksum != Checksum::of(content, payload, generation ^ place)) refuse(file.path, "is damaged at byte " + std::to_string(place));
    const bool fits = record.kind == ADD ? record.first <= LAST_ID && into.add(static_cast<Id>(record.first), reinterpret_cast<const Words*>(content),
                                                    reinterpret_cast<const Bank*>(content + record.count * sizeof(Words)), record.count)
                                         : into.remove(reinterpret_cast<const Id*>(content), record.count);
    if (!fits) refuse(file.path, "does not follow from the snapshot, at byte " + std::to_string(place));
    at = content + payload + sizeof checksum;
  }
  log_bytes_ = static_cast<std::uint64_t>(at - begin);
  if (at < end) {
    if (!last) refuse(file.path, "is cut off");
    if (ftruncate(file.number(), static_cast<off_t>(log_bytes_)) != 0) fail(file.path);
    file.sync();
  }
  log_ = std::move(file);
}

void Kept::open_new_log(std::uint64_t generation) {
  const auto path = log_path(generation);
  File file(path + ".new", O_RDWR | O_CREAT | O_TRUNC | O_APPEND);
  LogHeader header{};
  std::memcpy(header.name, LOG_NAME, sizeof header.name);
  header.version = VERSION;
  header.byte_order = BYTE_ORDER_MARK;
  header.generation = generation;
  header.checksum = checksum_of(header);
  file.write(&header, sizeof header);
  file.sync();
  if (rename(file.path.c_str(), path.c_str()) != 0) fail(path);  // a log is never there without its header
  file.path = path;
  sync_folder();
  log_ = std::move(file);
  generation_ = generation;
  log_bytes_ = sizeof header;
}

std::uint64_t Kept::begin_log() {
  if (broken_) throw std::runtime_error(folder_ + " could not be written to; open it anew");
  open_new_log(generation_ + 1);
  return generation_;
}

void Kept::add(Id first, const Words* hashes, const Bank* banks, std::size_t count) {
  append(ADD, first, count, hashes, count * sizeof(Words), banks, count * sizeof(Bank));
}

void Kept::remove(const Id* ids, std::size_t count) { append(REMOVE, 0, count, ids, count * sizeof(Id), nullptr, 0); }

void Kept::append(std::uint32_t kind, Id first, std::size_t count, const void* one, std::size_t one_bytes, const void* other, std::size_t other_bytes) {
  if (broken_) throw std::runtime_error(folder_ + " could not be written to; open it anew");
  Record record{kind, static_cast<std::uint32_t>(count), first, 0};
  const auto seed = generation_ ^ log_bytes_;
  record.checksum = Checksum::of(&record, offsetof(Record, checksum), seed);
  const auto payload = payload_of(record);
  std::vector<std::byte> whole(sizeof record + payload + sizeof(std::uint64_t));
  auto* at = whole.data();
  std::memcpy(at, &record, sizeof record);
  at += sizeof record;
  if (one_bytes) std::memcpy(at, one, one_bytes);
  if (other_bytes) std::memcpy(at + one_bytes, other, other_bytes);
  const auto checksum = Checksum::of(at, payload, seed);
  std::memcpy(at + payload, &checksum, sizeof checksum);
  try {
    log_.write(whole.data(), whole.size());
  } catch (const std::system_error&) {  // a full disk: take back what was begun, and nothing has happened
    if (ftruncate(log_.number(), static_cast<off_t>(log_bytes_)) != 0) broken_ = true;
    throw;
  }
  try {
    log_.sync();
  } catch (const std::system_error&) {  // what reached the disk is unknown from here on
    broken_ = true;
    throw;
  }
  log_bytes_ += whole.size();
}

void Kept::save(const Core& core, std::uint64_t generation, Id next) {
  write_snapshot(folder_ + "/snapshot", core, generation, next);
  for (auto old = generation; old-- > 0 && unlink(log_path(old).c_str()) == 0;) {}
}

void Kept::sync_folder() const {
  File folder(folder_, O_RDONLY | O_DIRECTORY);
  folder.sync();
}

}  // namespace hoede::index
