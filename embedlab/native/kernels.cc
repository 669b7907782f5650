// Reading and updating rows of float32 tables on the CPU, on all threads that XLA lends.
//
// Random rows of a large table are waited for: hence every loop here asks for the rows to come (prefetch)
// while it works on the one at hand. A row is only ever touched by one thread, and its contributions are
// added in the order of their positions, so results are the same bits on any number of threads.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

#include "xla/ffi/api/ffi.h"

namespace ffi = xla::ffi;

namespace {

constexpr int64_t kAhead = 16;          // rows asked for in advance
constexpr int64_t kLine = 16;           // floats in a cache line
constexpr int64_t kWorthThread = 1024;  // entries that pay for a thread

// --- work on several threads --------------------------------------------------------------------------

int64_t NumThreads(ffi::ThreadPool& pool, int64_t entries) {
  return std::clamp<int64_t>(entries / kWorthThread, 1, std::max<int64_t>(1, pool.num_threads()));
}

// Waits for what a thread at work is about to do: sleep would take longer than most such waits.
template <typename Done>
void WaitUntil(const Done& done) {
  for (int64_t tries = 0; !done(); ++tries)
    if (tries > 1000) std::this_thread::yield();
}

// Runs work(step, part) for every part of every step; a step starts when the one before it is finished.
//
// Parts are handed out in order to whoever asks. So who waits for a step waits for threads at work, and a
// pool too busy to help only makes the caller take all parts itself.
template <typename Work>
void InParallel(ffi::ThreadPool& pool, int64_t threads, std::initializer_list<int64_t> parts,
                const Work& work) {
  struct Shared {
    std::vector<int64_t> parts;
    int64_t total;
    std::atomic<int64_t> next{0}, finished{0};
  };
  auto shared = std::make_shared<Shared>();  // a helper may start when all is done, and this call over
  shared->parts = parts;
  shared->total = std::accumulate(parts.begin(), parts.end(), int64_t{0});
  auto take_parts = [shared](const Work* work) {
    for (int64_t part; (part = shared->next.fetch_add(1)) < shared->total; shared->finished.fetch_add(1)) {
      int64_t step = 0, before = 0;
      while (part - before >= shared->parts[step]) before += shared->parts[step++];
      WaitUntil([&] { return shared->finished.load() >= before; });
      (*work)(step, part - before);
    }
  };
  const Work* address = &work;  // alive until every part is finished
  for (int64_t helper = 1; helper < threads; ++helper) pool.Schedule([=] { take_parts(address); });
  take_parts(address);
  WaitUntil([&] { return shared->finished.load() == shared->total; });
}

// A thread's arrays are kept from call to call: fresh ones would be paid for page by page.
struct Scratch {
  std::vector<uint64_t> keys, spare;
  std::vector<uint32_t> starts;
  std::vector<int32_t> slots, groups;
  std::vector<int64_t> rows;
  std::vector<float> sums;
};
thread_local Scratch scratch;

template <typename T>
T* Room(std::vector<T>& array, int64_t size) {
  if (static_cast<int64_t>(array.size()) < size) array.resize(size);
  return array.data();
}

inline float* Aligned(float* data) {
  return reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(data) + 63) & ~uintptr_t{63});
}

inline void Fetch(const float* row, int64_t width) {
  for (int64_t j = 0; j < width; j += kLine) __builtin_prefetch(row + j, 0, 3);
  asm volatile("" : : "r"(row));  // GCC takes a function that only prefetches for one without effect
}

// Loops over a row's entries are written for the usual widths, and once more for any.
template <int64_t kWidth>
struct Width {
  explicit Width(int64_t) {}
  constexpr operator int64_t() const { return kWidth; }
};
template <>
struct Width<0> {
  explicit Width(int64_t width) : width(width) {}
  operator int64_t() const { return width; }
  const int64_t width;
};

template <typename Call>
void WithWidth(int64_t width, const Call& call) {
  switch (width) {
    case 16: return call(Width<16>(width));
    case 32: return call(Width<32>(width));
    case 64: return call(Width<64>(width));
    case 128: return call(Width<128>(width));
    case 256: return call(Width<256>(width));
    default: return call(Width<0>(width));
  }
}

template <typename W>
inline void AddTo(float* __restrict sum, float weight, const float* __restrict from, W width) {
  for (int64_t j = 0; j < width; ++j) sum[j] += weight * from[j];
}

// --- entries of a sparse matrix: which row, with what weight, of whose cotangent -------------------------

inline uint32_t RowOf(uint64_t key) { return static_cast<uint32_t>(key >> 32); }
inline uint32_t PlaceOf(uint64_t key) { return static_cast<uint32_t>(key); }

struct Entries {
  const int32_t* rows;      // [length, columns]
  const float* weights;     // of that shape, or null for ones
  const int32_t* owners;    // of that shape: whose cotangent it is; or null, it is the column's
  const float* cotangents;  // [owners_count, width]
  uint32_t length, columns, owners_count;
  int64_t width, table_rows;

  int64_t Size() const { return static_cast<int64_t>(length) * columns; }

  // Calls take(key) for those of the entries [from, to) that count, in order. A key is the row and, in its
  // lower half, the place; or the column, where that is all there is to know.
  template <typename Take>
  void ForEachKey(uint32_t from, uint32_t to, const Take& take) const {
    const bool by_column = !weights && !owners;
    uint32_t column = columns ? from % columns : 0;
    for (uint32_t place = from; place < to; ++place) {
      const uint32_t row = rows[place], owner = owners ? owners[place] : column;
      if (row < table_rows && owner < owners_count)
        take(static_cast<uint64_t>(row) << 32 | (by_column ? column : place));
      if (++column == columns) column = 0;
    }
  }

  const float* Cotangent(uint64_t key) const {
    const uint32_t place = PlaceOf(key);
    return cotangents + (owners ? owners[place] : weights ? place % columns : place) * width;
  }

  float Weight(uint64_t key) const { return weights ? weights[PlaceOf(key)] : 1.0f; }
};

// --- rules: what becomes of a row and its state, given the sum of its gradients ---------------------------

struct State {
  float* data;
  int64_t width;
  float* Row(int64_t row) const { return data + row * width; }
};

template <typename W>
float MeanSquare(const float* __restrict g, W width) {
  float sums[kLine] = {};  // as many sums as a vector register holds: one would be added to one at a time
  const int64_t whole = width - width % kLine;
  for (int64_t j = 0; j < whole; j += kLine)
    for (int64_t k = 0; k < kLine; ++k) sums[k] += g[j + k] * g[j + k];
  for (int64_t j = whole; j < width; ++j) sums[j - whole] += g[j] * g[j];
  for (int64_t half = kLine / 2; half > 0; half /= 2)
    for (int64_t k = 0; k < half; ++k) sums[k] += sums[k + half];
  return sums[0] / width;
}

// hyper: the rule's numbers, in the order that embedlab.sparse writes them.

struct Sgd {
  static constexpr int kStates = 0;
  static constexpr bool kMerged = false;  // every contribution may go straight to its row
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const*, W width) {
    const float rate = hyper[0];
    for (int64_t j = 0; j < width; ++j) w[j] -= rate * g[j];
  }
};

struct ClippedSgd {
  static constexpr int kStates = 0;
  static constexpr bool kMerged = true;
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const*, W width) {
    const float rate = hyper[0], limit = hyper[1];
    const float norm = std::sqrt(MeanSquare(g, width) * width);
    const float step = norm <= limit ? rate : rate * (limit / norm);  // of a norm of NaN all are NaN
    for (int64_t j = 0; j < width; ++j) w[j] -= step * g[j];
  }
};

struct Adagrad {
  static constexpr int kStates = 1;
  static constexpr bool kMerged = true;
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const* __restrict state, W width) {
    const float rate = hyper[0], eps = hyper[1], eps_root = hyper[2];
    float* __restrict sum = state[0];
    for (int64_t j = 0; j < width; ++j) {
      sum[j] += g[j] * g[j];
      const float root = std::sqrt(sum[j] + eps_root) + eps;
      w[j] -= sum[j] == 0 ? 0.0f : rate * g[j] / root;  // a sum of zero is one of no gradients at all
    }
  }
};

struct RowWiseAdagrad {
  static constexpr int kStates = 1;
  static constexpr bool kMerged = true;
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const* __restrict state, W width) {
    const float rate = hyper[0], eps = hyper[1], eps_root = hyper[2];
    const float sum = state[0][0] += MeanSquare(g, width);
    const float step = sum == 0 ? 0.0f : rate / (std::sqrt(sum + eps_root) + eps);
    for (int64_t j = 0; j < width; ++j) w[j] -= step * g[j];
  }
};

struct Adam {
  static constexpr int kStates = 2;
  static constexpr bool kMerged = true;
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const* __restrict state, W width) {
    const float step = hyper[0], eps = hyper[1], keep1 = hyper[2], keep2 = hyper[3];
    const float add1 = hyper[4], add2 = hyper[5];  // 1 − keep, not rounded twice
    float *__restrict m = state[0], *__restrict v = state[1];
    for (int64_t j = 0; j < width; ++j) {
      m[j] = keep1 * m[j] + add1 * g[j];
      v[j] = keep2 * v[j] + add2 * g[j] * g[j];
      w[j] -= step * m[j] / (std::sqrt(v[j]) + eps);
    }
  }
};

struct RowWiseAdam {
  static constexpr int kStates = 2;
  static constexpr bool kMerged = true;
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const* __restrict state, W width) {
    const float step = hyper[0], eps = hyper[1], keep1 = hyper[2], keep2 = hyper[3];
    const float add1 = hyper[4], add2 = hyper[5];  // 1 − keep, not rounded twice
    float *__restrict m = state[0], *__restrict v = state[1];
    v[0] = keep2 * v[0] + add2 * MeanSquare(g, width);
    const float scale = step / (std::sqrt(v[0]) + eps);
    for (int64_t j = 0; j < width; ++j) {
      m[j] = keep1 * m[j] + add1 * g[j];
      w[j] -= scale * m[j];
    }
  }
};

struct Momentum {
  static constexpr int kStates = 1;
  static constexpr bool kMerged = true;
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const* __restrict state, W width) {
    const float rate = hyper[0], keep = hyper[1];
    float* __restrict m = state[0];
    for (int64_t j = 0; j < width; ++j) {
      m[j] = keep * m[j] + g[j];
      w[j] -= rate * m[j];
    }
  }
};

// --- updating: entries are dealt into buckets by row, and one thread updates all rows of a bucket ---------

// Spreads rows over 0 … 2³² − 1, whatever their pattern is.
inline uint64_t Hash(uint32_t row) { return row * uint32_t{2654435769}; }

// The upper half of a row's spread is its bucket; the lower tells the rows of a bucket apart.
inline uint64_t SpreadOf(uint64_t key, int64_t buckets) { return Hash(RowOf(key)) * buckets; }

struct Buckets {
  const Entries& entries;
  const int64_t chunks;    // of the entries: each is dealt for itself
  const int64_t number;    // of buckets
  uint64_t* const keys;    // chunk after chunk, in each bucket after bucket
  uint32_t* const starts;  // [chunks, number + 1], in keys

  // A bucket's sums should stay in a near cache: with 128 KB they do.
  Buckets(const Entries& entries, int64_t threads)
      : entries(entries),
        chunks(threads == 1 ? 1 : 4 * threads),
        number(std::clamp<int64_t>(entries.Size() * entries.width >> 15, 1, 1024)),
        keys(Room(scratch.keys, entries.Size())),
        starts(Room(scratch.starts, chunks * (number + 1))) {}

  void Deal(int64_t chunk) const {
    const uint32_t from = entries.Size() * chunk / chunks, to = entries.Size() * (chunk + 1) / chunks;
    std::vector<uint32_t> next(number);
    entries.ForEachKey(from, to, [&](uint64_t key) { ++next[SpreadOf(key, number) >> 32]; });
    uint32_t total = from;
    for (uint32_t& bucket : next) total += std::exchange(bucket, total);
    *std::copy(next.begin(), next.end(), starts + chunk * (number + 1)) = total;
    entries.ForEachKey(from, to, [&](uint64_t key) { keys[next[SpreadOf(key, number) >> 32]++] = key; });
  }

  // A bucket's keys in the order of the entries, once all chunks are dealt: in `room`, and how many.
  int64_t Gather(int64_t bucket, std::vector<uint64_t>& room) const {
    room.clear();
    for (int64_t chunk = 0; chunk < chunks; ++chunk) {
      const uint32_t* const start = starts + chunk * (number + 1) + bucket;
      room.insert(room.end(), keys + start[0], keys + start[1]);
    }
    return room.size();
  }
};

// The distinct rows of a bucket, in the order in which they first come, and which of them a key is for.
struct Groups {
  int64_t count = 0;
  int64_t* const rows;
  int32_t* const of_key;

  Groups(const uint64_t* keys, int64_t size, int64_t buckets, int64_t table_rows)
      : rows(Room(scratch.rows, size)), of_key(Room(scratch.groups, size)) {
    const int64_t at_most = std::min(size, table_rows);
    uint32_t num_slots = 16;  // a hash table, mostly empty: what collides is waited for
    while (num_slots < 4 * at_most && num_slots < 1u << 31) num_slots *= 2;
    int32_t* const slots = Room(scratch.slots, num_slots);
    std::fill_n(slots, num_slots, -1);
    for (int64_t i = 0; i < size; ++i) {
      const int64_t row = RowOf(keys[i]);
      uint32_t slot = (SpreadOf(keys[i], buckets) & 0xffffffff) * num_slots >> 32;
      while (slots[slot] >= 0 && rows[slots[slot]] != row) slot = (slot + 1) & (num_slots - 1);
      if (slots[slot] < 0) {
        rows[count] = row;
        slots[slot] = count++;
      }
      of_key[i] = slots[slot];
    }
  }
};

template <typename Rule, typename W>
struct Updater {
  const Entries& entries;
  const float* hyper;
  const State table;
  const State* states;
  const W width;

  void Update(const Buckets& buckets, int64_t bucket) const {
    const int64_t size = buckets.Gather(bucket, scratch.spare);
    const uint64_t* const keys = scratch.spare.data();
    if constexpr (!Rule::kMerged) return Descend(keys, size);
    const Groups groups(keys, size, buckets.number, entries.table_rows);
    float* const sums = Aligned(Room(scratch.sums, groups.count * width + kLine));
    std::fill_n(sums, groups.count * width, 0.0f);
    for (int64_t i = 0; i < size; ++i) {
      if (i + kAhead < size) Fetch(entries.Cotangent(keys[i + kAhead]), width);
      AddTo(sums + groups.of_key[i] * width, entries.Weight(keys[i]), entries.Cotangent(keys[i]), width);
    }
    for (int64_t r = 0; r < std::min(kAhead, groups.count); ++r) FetchRow(groups.rows[r]);
    for (int64_t r = 0; r < groups.count; ++r) {
      if (r + kAhead < groups.count) FetchRow(groups.rows[r + kAhead]);
      const int64_t row = groups.rows[r];
      float* of_row[2] = {};
      for (int s = 0; s < Rule::kStates; ++s) of_row[s] = states[s].Row(row);
      Rule::Apply(hyper, sums + r * width, table.data + row * width, of_row, width);
    }
  }

  // Of plain SGD every contribution goes straight to its row.
  void Descend(const uint64_t* keys, int64_t size) const {
    for (int64_t i = 0; i < std::min(kAhead, size); ++i) FetchRow(RowOf(keys[i]));
    for (int64_t i = 0; i < size; ++i) {
      if (i + kAhead < size) {
        FetchRow(RowOf(keys[i + kAhead]));
        Fetch(entries.Cotangent(keys[i + kAhead]), width);
      }
      const float weight = -hyper[0] * entries.Weight(keys[i]);
      AddTo(table.data + RowOf(keys[i]) * width, weight, entries.Cotangent(keys[i]), width);
    }
  }

  void FetchRow(int64_t row) const {
    Fetch(table.data + row * width, width);
    for (int s = 0; s < Rule::kStates; ++s) Fetch(states[s].Row(row), states[s].width);
  }
};

template <typename Rule, typename W>
void UpdateRows(ffi::ThreadPool& pool, const Entries& entries, const float* hyper, State table,
                const State* states, W width) {
  const int64_t threads = NumThreads(pool, entries.Size());
  const Buckets buckets(entries, threads);
  const Updater<Rule, W> updater{entries, hyper, table, states, width};
  InParallel(pool, threads, {buckets.chunks, buckets.number}, [&](int64_t step, int64_t part) {
    step == 0 ? buckets.Deal(part) : updater.Update(buckets, part);
  });
}

using Floats = ffi::Buffer<ffi::F32>;
using Integers = ffi::Buffer<ffi::S32>;

Entries MakeEntries(Integers& rows, Floats& weights, Integers& owners, Floats& cotangents,
                    int64_t table_rows) {
  return {rows.typed_data(),
          weights.element_count() ? weights.typed_data() : nullptr,
          owners.element_count() ? owners.typed_data() : nullptr,
          cotangents.typed_data(),
          static_cast<uint32_t>(rows.dimensions()[0]),
          static_cast<uint32_t>(rows.dimensions()[1]),
          static_cast<uint32_t>(cotangents.dimensions()[0]),
          cotangents.dimensions()[1],
          table_rows};
}

// The results are the table and its states, in place of the arguments that they alias.
ffi::Error Update(ffi::ThreadPool pool, int64_t rule, Floats hyper, Integers rows, Floats weights,
                  Integers owners, Floats cotangents, ffi::RemainingArgs, ffi::RemainingRets results) {
  auto result = [&](int i) -> ffi::Result<Floats> { return *results.get<Floats>(i); };
  ffi::Result<Floats> table = result(0);
  const auto shape = table->dimensions();
  State states[2] = {};
  for (size_t s = 0; s + 1 < results.size(); ++s) {
    ffi::Result<Floats> state = result(s + 1);
    states[s] = {state->typed_data(), state->dimensions()[1]};
  }
  const Entries entries = MakeEntries(rows, weights, owners, cotangents, shape[0]);
  const State of_table = {table->typed_data(), shape[1]};
  const float* numbers = hyper.typed_data();
  if (rule < 0 || rule > 6) return ffi::Error::InvalidArgument("unknown rule");
  WithWidth(shape[1], [&](auto width) {
    switch (rule) {
      case 0: return UpdateRows<Sgd>(pool, entries, numbers, of_table, states, width);
      case 1: return UpdateRows<Adagrad>(pool, entries, numbers, of_table, states, width);
      case 2: return UpdateRows<RowWiseAdagrad>(pool, entries, numbers, of_table, states, width);
      case 3: return UpdateRows<Adam>(pool, entries, numbers, of_table, states, width);
      case 4: return UpdateRows<RowWiseAdam>(pool, entries, numbers, of_table, states, width);
      case 5: return UpdateRows<Momentum>(pool, entries, numbers, of_table, states, width);
      case 6: return UpdateRows<ClippedSgd>(pool, entries, numbers, of_table, states, width);
    }
  });
  return ffi::Error::Success();
}

// --- merging alone, for rules that are written in JAX ---------------------------------------------------

void SortByRow(std::vector<uint64_t>& keys, std::vector<uint64_t>& spare, uint32_t last_row) {
  constexpr int kBits = 11;
  constexpr int kBins = 1 << kBits;
  spare.resize(keys.size());
  for (int shift = 0; shift < 32 && last_row >> shift; shift += kBits) {
    uint32_t place[kBins] = {};
    for (uint64_t key : keys) ++place[(RowOf(key) >> shift) & (kBins - 1)];
    uint32_t total = 0;
    for (uint32_t& bin : place) total += std::exchange(bin, total);
    for (uint64_t key : keys) spare[place[(RowOf(key) >> shift) & (kBins - 1)]++] = key;
    keys.swap(spare);
  }
}

// Distinct rows in ascending order (kAbsent fills up), the sums of their gradients, and how many there are.
ffi::Error Merge(ffi::ThreadPool pool, int64_t table_rows, Integers rows, Floats weights, Integers owners,
                 Floats cotangents, ffi::Result<Integers> distinct, ffi::Result<Floats> sums,
                 ffi::Result<Integers> count) {
  constexpr int32_t kAbsent = INT32_MAX;
  const Entries entries = MakeEntries(rows, weights, owners, cotangents, table_rows);
  std::vector<uint64_t>& keys = scratch.keys;
  keys.clear();
  entries.ForEachKey(0, entries.Size(), [&](uint64_t key) { keys.push_back(key); });
  SortByRow(keys, scratch.spare, table_rows - 1);
  std::vector<int64_t> starts;
  for (size_t i = 0; i < keys.size(); ++i)
    if (i == 0 || RowOf(keys[i]) != RowOf(keys[i - 1])) starts.push_back(i);
  const int64_t runs = starts.size(), room = distinct->element_count(), width = entries.width;
  starts.push_back(keys.size());
  const int64_t threads = NumThreads(pool, keys.size()), parts = 4 * threads;
  InParallel(pool, threads, {parts}, [&](int64_t, int64_t part) {
    for (int64_t r = room * part / parts; r < room * (part + 1) / parts; ++r) {
      float* const sum = sums->typed_data() + r * width;
      distinct->typed_data()[r] = r < runs ? RowOf(keys[starts[r]]) : kAbsent;
      std::fill_n(sum, width, 0.0f);
      for (int64_t i = starts[std::min(r, runs)]; r < runs && i < starts[r + 1]; ++i)
        AddTo(sum, entries.Weight(keys[i]), entries.Cotangent(keys[i]), width);
    }
  });
  count->typed_data()[0] = static_cast<int32_t>(runs);
  return ffi::Error::Success();
}

// --- reading -----------------------------------------------------------------------------------------

struct Bags {
  const float* table;
  const int32_t* rows;   // [length, count]
  const float* weights;  // of that shape, or null for ones
  int64_t table_rows, length, count;

  // Adds up the bags [first, last), few enough that their sums stay in the nearest cache: a position of each
  // in turn, as their rows lie, so that the next position's can be asked for meanwhile.
  template <typename W>
  void Sum(int64_t first, int64_t last, float* out, W width) const {
    std::fill_n(out + first * width, (last - first) * width, 0.0f);
    for (int64_t b = first; b < last; ++b) FetchRow(b, width);
    for (int64_t j = 0; j < length; ++j) {
      for (int64_t b = first; b < last; ++b) {
        const int64_t place = j * count + b;
        if (j + 1 < length) FetchRow(place + count, width);
        if (!IsThere(place)) continue;
        AddTo(out + b * width, weights ? weights[place] : 1.0f, table + rows[place] * width, width);
      }
    }
  }

  bool IsThere(int64_t place) const { return static_cast<uint32_t>(rows[place]) < table_rows; }

  // Copies the rows of [first, last), where each bag holds one that counts as it is.
  void Copy(int64_t first, int64_t last, float* out, int64_t width) const {
    for (int64_t b = first; b < std::min(first + kAhead, last); ++b) FetchRow(b, width);
    for (int64_t b = first; b < last; ++b) {
      if (b + kAhead < last) FetchRow(b + kAhead, width);
      if (IsThere(b))
        std::copy_n(table + rows[b] * width, width, out + b * width);
      else
        std::fill_n(out + b * width, width, 0.0f);
    }
  }

  template <typename W>
  void FetchRow(int64_t place, W width) const {
    if (IsThere(place)) Fetch(table + rows[place] * width, width);
  }
};

// out[b] = Σ_j weights[j, b] · table[rows[j, b]]; rows that are not there add nothing.
ffi::Error Pool(ffi::ThreadPool pool, Floats table, Integers rows, Floats weights, ffi::Result<Floats> out) {
  const Bags bags = {table.typed_data(),
                     rows.typed_data(),
                     weights.element_count() ? weights.typed_data() : nullptr,
                     table.dimensions()[0],
                     rows.dimensions()[0],
                     rows.dimensions()[1]};
  const int64_t threads = NumThreads(pool, rows.element_count());
  if (bags.length == 1 && !bags.weights) {
    const int64_t width = table.dimensions()[1], parts = threads == 1 ? 1 : 4 * threads;
    InParallel(pool, threads, {parts}, [&](int64_t, int64_t part) {
      bags.Copy(bags.count * part / parts, bags.count * (part + 1) / parts, out->typed_data(), width);
    });
    return ffi::Error::Success();
  }
  WithWidth(table.dimensions()[1], [&](auto width) {
    const int64_t parts = (bags.count + kAhead - 1) / kAhead;
    InParallel(pool, threads, {parts}, [&](int64_t, int64_t part) {
      bags.Sum(part * kAhead, std::min((part + 1) * kAhead, bags.count), out->typed_data(), width);
    });
  });
  return ffi::Error::Success();
}

// table[rows[i]] = values[i], for distinct rows, in place.
ffi::Error Write(ffi::ThreadPool pool, Floats, Integers rows, Floats values, ffi::Result<Floats> table) {
  const int64_t table_rows = table->dimensions()[0], width = table->dimensions()[1];
  const int64_t count = rows.element_count(), threads = NumThreads(pool, count), parts = 4 * threads;
  InParallel(pool, threads, {parts}, [&](int64_t, int64_t part) {
    for (int64_t i = count * part / parts; i < count * (part + 1) / parts; ++i) {
      const int64_t row = rows.typed_data()[i];
      if (row < 0 || row >= table_rows) continue;
      std::memcpy(table->typed_data() + row * width, values.typed_data() + i * width, width * sizeof(float));
    }
  });
  return ffi::Error::Success();
}

}  // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(embedlab_update, Update,
                              ffi::Ffi::Bind()
                                  .Ctx<ffi::ThreadPool>()
                                  .Attr<int64_t>("rule")
                                  .Arg<Floats>()
                                  .Arg<Integers>()
                                  .Arg<Floats>()
                                  .Arg<Integers>()
                                  .Arg<Floats>()
                                  .RemainingArgs()
                                  .RemainingRets());

XLA_FFI_DEFINE_HANDLER_SYMBOL(embedlab_merge, Merge,
                              ffi::Ffi::Bind()
                                  .Ctx<ffi::ThreadPool>()
                                  .Attr<int64_t>("table_rows")
                                  .Arg<Integers>()
                                  .Arg<Floats>()
                                  .Arg<Integers>()
                                  .Arg<Floats>()
                                  .Ret<Integers>()
                                  .Ret<Floats>()
                                  .Ret<Integers>());

XLA_FFI_DEFINE_HANDLER_SYMBOL(embedlab_pool, Pool,
                              ffi::Ffi::Bind()
                                  .Ctx<ffi::ThreadPool>()
                                  .Arg<Floats>()
                                  .Arg<Integers>()
                                  .Arg<Floats>()
                                  .Ret<Floats>());

XLA_FFI_DEFINE_HANDLER_SYMBOL(embedlab_write, Write,
                              ffi::Ffi::Bind()
                                  .Ctx<ffi::ThreadPool>()
                                  .Arg<Floats>()
                                  .Arg<Integers>()
                                  .Arg<Floats>()
                                  .Ret<Floats>());
