// Reading and updating rows of float32 tables on the CPU, on all threads that XLA lends.
//
// Random rows of a large table are waited for: hence every loop here asks for the rows to come (prefetch)
// while it works on the one at hand. A row is only ever touched by one thread, and its contributions are
// added in the order of their positions, so results are the same bits on any number of threads.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "xla/ffi/api/ffi.h"

namespace ffi = xla::ffi;

namespace {

constexpr int kAhead = 12;           // rows asked for in advance
constexpr int64_t kLine = 16;        // floats in a cache line
constexpr int64_t kWorthThreads = 2048;  // entries below which a second thread costs more than it saves

// --- work on several threads --------------------------------------------------------------------------

// Runs work(0) … work(parts − 1). The caller takes parts too, so that a busy pool can't lock it out.
template <typename Work>
void InParallel(ffi::ThreadPool& pool, int64_t parts, const Work& work) {
  if (parts <= 1) {
    for (int64_t part = 0; part < parts; ++part) work(part);
    return;
  }
  struct Shared {
    std::atomic<int64_t> next{0};
    int64_t finished = 0;
    std::mutex mutex;
    std::condition_variable all_finished;
  };
  auto shared = std::make_shared<Shared>();  // a helper may start when all is done, and this call over
  auto take_parts = [shared, parts](const Work* work) {
    int64_t mine = 0;
    for (int64_t part; (part = shared->next.fetch_add(1)) < parts; ++mine) (*work)(part);
    if (mine == 0) return;
    std::lock_guard<std::mutex> lock(shared->mutex);
    shared->finished += mine;
    if (shared->finished == parts) shared->all_finished.notify_one();
  };
  const Work* address = &work;  // alive until every part is finished
  for (int64_t helper = 1; helper < parts; ++helper) pool.Schedule([=] { take_parts(address); });
  take_parts(address);
  std::unique_lock<std::mutex> lock(shared->mutex);
  shared->all_finished.wait(lock, [&] { return shared->finished == parts; });
}

// A power of two, so that a row's part is a few of its bits.
uint32_t NumParts(ffi::ThreadPool& pool, int64_t entries) {
  uint32_t parts = 1;
  while (2 * parts <= pool.num_threads() && entries / (2 * parts) >= kWorthThreads / 2) parts *= 2;
  return parts;
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

// --- entries of a sparse matrix: which row, with what weight, of whose cotangent -------------------------

struct Entries {
  const int32_t* rows;       // [length, columns]
  const float* weights;      // of that shape, or null for ones
  const int32_t* owners;     // of that shape: whose cotangent it is; or null, it is the column's
  const float* cotangents;   // [owners_count, width]
  uint32_t length, columns, owners_count;
  int64_t width, table_rows;

  // What a key's lower half says: without weights and owners the column is all there is to know.
  bool KeyIsColumn() const { return !weights && !owners; }

  // Keys (row << 32 | place) of the entries whose row falls to a part of the threads, sorted by row; those
  // of one row stay in the order of their places.
  const std::vector<uint64_t>& SortedKeys(uint32_t part, uint32_t parts) const;

  // sum = Σ weight · cotangent over keys [from, to), all of one row.
  template <typename W>
  void Sum(const uint64_t* from, const uint64_t* to, float* __restrict sum, W width) const {
    const float* const all = cotangents;
    if (KeyIsColumn()) {
      const float* __restrict g = all + static_cast<uint32_t>(*from) * width;
      for (int64_t j = 0; j < width; ++j) sum[j] = g[j];
      while (++from < to) {
        g = all + static_cast<uint32_t>(*from) * width;
        for (int64_t j = 0; j < width; ++j) sum[j] += g[j];
      }
      return;
    }
    std::fill_n(sum, width, 0.0f);
    for (; from < to; ++from) {
      const uint32_t place = static_cast<uint32_t>(*from);
      const float* __restrict g = all + (owners ? owners[place] : place % columns) * width;
      const float w = weights ? weights[place] : 1.0f;
      for (int64_t j = 0; j < width; ++j) sum[j] += w * g[j];
    }
  }
};

// A thread's arrays are kept from call to call: fresh ones would be paid for page by page.
struct Scratch {
  std::vector<uint64_t> keys, spare;
  std::vector<int64_t> starts;
};
thread_local Scratch scratch;

void SortByRow(std::vector<uint64_t>& keys, std::vector<uint64_t>& spare, int64_t table_rows) {
  constexpr int kBits = 11;
  constexpr int kBins = 1 << kBits;
  spare.resize(keys.size());
  for (int shift = 32; shift < 64 && (static_cast<uint64_t>(table_rows - 1) >> (shift - 32)); shift += kBits) {
    uint32_t place[kBins] = {};
    for (uint64_t key : keys) ++place[(key >> shift) & (kBins - 1)];
    uint32_t total = 0;
    for (uint32_t& bin : place) total += std::exchange(bin, total);
    for (uint64_t key : keys) spare[place[(key >> shift) & (kBins - 1)]++] = key;
    keys.swap(spare);
  }
}

const std::vector<uint64_t>& Entries::SortedKeys(uint32_t part, uint32_t parts) const {
  std::vector<uint64_t>& keys = scratch.keys;
  keys.resize(static_cast<size_t>(length) * columns);
  uint64_t* end = keys.data();
  const bool by_column = KeyIsColumn();
  for (uint32_t j = 0, place = 0; j < length; ++j) {
    for (uint32_t column = 0; column < columns; ++column, ++place) {
      const uint32_t row = rows[place];
      const uint32_t owner = owners ? owners[place] : column;
      *end = static_cast<uint64_t>(row) << 32 | (by_column ? column : place);
      end += row < table_rows && owner < owners_count && (row & (parts - 1)) == part;
    }
  }
  keys.resize(end - keys.data());
  SortByRow(keys, scratch.spare, table_rows);
  return keys;
}

inline int64_t RowOf(uint64_t key) { return static_cast<int64_t>(key >> 32); }

// Calls visit(from, to) for every run of keys of one row, and fetch(row) some runs in advance.
template <typename FetchRow, typename Visit>
void ForEachRow(const std::vector<uint64_t>& keys, const FetchRow& fetch, const Visit& visit) {
  std::vector<int64_t>& starts = scratch.starts;
  starts.clear();
  const int64_t n = keys.size();
  for (int64_t i = 0; i < n; ++i)
    if (i == 0 || RowOf(keys[i]) != RowOf(keys[i - 1])) starts.push_back(i);
  const int64_t runs = starts.size();
  starts.push_back(n);
  for (int64_t r = 0; r < std::min<int64_t>(kAhead, runs); ++r) fetch(RowOf(keys[starts[r]]));
  for (int64_t r = 0; r < runs; ++r) {
    if (r + kAhead < runs) fetch(RowOf(keys[starts[r + kAhead]]));
    visit(starts[r], starts[r + 1]);
  }
}

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
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const*, W width) {
    const float rate = hyper[0];
    for (int64_t j = 0; j < width; ++j) w[j] -= rate * g[j];
  }
};

struct Adagrad {
  static constexpr int kStates = 1;
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const* __restrict state, W width) {
    const float rate = hyper[0], eps = hyper[1], eps_root = hyper[2];
    float* __restrict sum = state[0];
    for (int64_t j = 0; j < width; ++j) {
      sum[j] += g[j] * g[j];
      const float root = std::sqrt(sum[j] + eps_root) + eps;
      w[j] -= root > 0 ? rate * g[j] / root : 0;  // a sum of no gradients at all
    }
  }
};

struct RowWiseAdagrad {
  static constexpr int kStates = 1;
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const* __restrict state, W width) {
    state[0][0] += MeanSquare(g, width);
    const float root = std::sqrt(state[0][0] + hyper[2]) + hyper[1];
    const float step = root > 0 ? hyper[0] / root : 0;
    for (int64_t j = 0; j < width; ++j) w[j] -= step * g[j];
  }
};

struct Adam {
  static constexpr int kStates = 2;
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const* __restrict state, W width) {
    const float step = hyper[0], eps = hyper[1], keep1 = hyper[2], keep2 = hyper[3];
    float *__restrict m = state[0], *__restrict v = state[1];
    const float add1 = hyper[4], add2 = hyper[5];  // 1 − keep, whose digits are lost in keep
    for (int64_t j = 0; j < width; ++j) {
      m[j] = keep1 * m[j] + add1 * g[j];
      v[j] = keep2 * v[j] + add2 * g[j] * g[j];
      w[j] -= step * m[j] / (std::sqrt(v[j]) + eps);
    }
  }
};

struct RowWiseAdam {
  static constexpr int kStates = 2;
  template <typename W>
  static void Apply(const float* __restrict hyper, const float* __restrict g, float* __restrict w,
                    float* const* __restrict state, W width) {
    const float step = hyper[0], eps = hyper[1], keep1 = hyper[2], keep2 = hyper[3];
    float *__restrict m = state[0], *__restrict v = state[1];
    const float add1 = hyper[4], add2 = hyper[5];  // 1 − keep, whose digits are lost in keep
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

template <typename Rule, typename W>
void UpdateRows(ffi::ThreadPool& pool, const Entries& entries, const float* hyper, State table,
                const State* states, W width) {
  const uint32_t parts = NumParts(pool, static_cast<int64_t>(entries.length) * entries.columns);
  InParallel(pool, parts, [&, table](int64_t part) {
    const std::vector<uint64_t>& keys = entries.SortedKeys(part, parts);
    std::vector<float> room(width + kLine);
    float* const sum = Aligned(room.data());
    const State of[2] = {states[0], states[1]};
    ForEachRow(
        keys,
        [&](int64_t row) {
          Fetch(table.data + row * width, width);
          for (int s = 0; s < Rule::kStates; ++s) Fetch(of[s].Row(row), of[s].width);
        },
        [&](int64_t from, int64_t to) {
          const int64_t row = RowOf(keys[from]);
          entries.Sum(&keys[from], keys.data() + to, sum, width);
          float* of_row[2] = {nullptr, nullptr};
          for (int s = 0; s < Rule::kStates; ++s) of_row[s] = of[s].Row(row);
          Rule::Apply(hyper, sum, table.data + row * width, of_row, width);
        });
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
  if (rule < 0 || rule > 5) return ffi::Error::InvalidArgument("unknown rule");
  WithWidth(shape[1], [&](auto width) {
    switch (rule) {
      case 0: return UpdateRows<Sgd>(pool, entries, numbers, of_table, states, width);
      case 1: return UpdateRows<Adagrad>(pool, entries, numbers, of_table, states, width);
      case 2: return UpdateRows<RowWiseAdagrad>(pool, entries, numbers, of_table, states, width);
      case 3: return UpdateRows<Adam>(pool, entries, numbers, of_table, states, width);
      case 4: return UpdateRows<RowWiseAdam>(pool, entries, numbers, of_table, states, width);
      case 5: return UpdateRows<Momentum>(pool, entries, numbers, of_table, states, width);
    }
  });
  return ffi::Error::Success();
}

// --- merging alone, for rules that are written in JAX ---------------------------------------------------

// Distinct rows in ascending order (kAbsent fills up), the sums of their gradients, and how many there are.
ffi::Error Merge(ffi::ThreadPool pool, int64_t table_rows, Integers rows, Floats weights, Integers owners,
                 Floats cotangents, ffi::Result<Integers> distinct, ffi::Result<Floats> sums,
                 ffi::Result<Integers> count) {
  constexpr int32_t kAbsent = INT32_MAX;
  const Entries entries = MakeEntries(rows, weights, owners, cotangents, table_rows);
  const std::vector<uint64_t>& keys = entries.SortedKeys(0, 1);
  std::vector<int64_t> starts;
  starts.reserve(keys.size() + 1);
  for (size_t i = 0; i < keys.size(); ++i)
    if (i == 0 || RowOf(keys[i]) != RowOf(keys[i - 1])) starts.push_back(i);
  const int64_t runs = starts.size(), room = distinct->element_count(), width = entries.width;
  starts.push_back(keys.size());
  const int64_t parts = NumParts(pool, keys.size());
  InParallel(pool, parts, [&](int64_t part) {
    for (int64_t r = room * part / parts; r < room * (part + 1) / parts; ++r) {
      float* sum = sums->typed_data() + r * width;
      distinct->typed_data()[r] = r < runs ? static_cast<int32_t>(RowOf(keys[starts[r]])) : kAbsent;
      if (r < runs) {
        entries.Sum(&keys[starts[r]], keys.data() + starts[r + 1], sum, width);
      } else {
        std::fill_n(sum, width, 0.0f);
      }
    }
  });
  count->typed_data()[0] = static_cast<int32_t>(runs);
  return ffi::Error::Success();
}

// --- reading -----------------------------------------------------------------------------------------

// out[b] = Σ_j weights[j, b] · table[rows[j, b]]; rows that are not there add nothing.
ffi::Error Pool(ffi::ThreadPool pool, Floats table, Integers rows, Floats weights, ffi::Result<Floats> out) {
  const int64_t table_rows = table.dimensions()[0], width = table.dimensions()[1];
  const int64_t length = rows.dimensions()[0], bags = rows.dimensions()[1];
  const int32_t* row_of = rows.typed_data();
  const float* weight_of = weights.element_count() ? weights.typed_data() : nullptr;
  const float* data = table.typed_data();
  // The next position to ask for: down a bag, then on to the next.
  auto fetch = [&](int64_t j, int64_t b) {
    const int64_t row = row_of[j * bags + b];
    if (row >= 0 && row < table_rows) Fetch(data + row * width, width);
  };
  const int64_t parts = NumParts(pool, length * bags);
  InParallel(pool, parts, [&](int64_t part) {
    const int64_t first = bags * part / parts, last = bags * (part + 1) / parts;
    const int64_t ahead = std::max<int64_t>(1, kAhead);
    for (int64_t b = first; b < last; ++b) {
      float* sum = out->typed_data() + b * width;
      std::fill_n(sum, width, 0.0f);
      for (int64_t j = 0; j < length; ++j) {
        const int64_t place = j + ahead, over = b + place / length;
        if (over < last) fetch(place % length, over);
        const int64_t row = row_of[j * bags + b];
        if (row < 0 || row >= table_rows) continue;
        const float w = weight_of ? weight_of[j * bags + b] : 1.0f;
        const float* from = data + row * width;
        for (int64_t k = 0; k < width; ++k) sum[k] += w * from[k];
      }
    }
  });
  return ffi::Error::Success();
}

// table[rows[i]] = values[i], for distinct rows, in place.
ffi::Error Write(ffi::ThreadPool pool, Floats, Integers rows, Floats values, ffi::Result<Floats> table) {
  const int64_t table_rows = table->dimensions()[0], width = table->dimensions()[1];
  const int64_t count = rows.element_count(), parts = NumParts(pool, count);
  InParallel(pool, parts, [&](int64_t part) {
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
