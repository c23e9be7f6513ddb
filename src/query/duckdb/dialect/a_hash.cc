#include "query/duckdb/dialect/a_hash.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace influxdb3::query::sql {
namespace {

/// 16 bytes, the lower half first.
struct Block {
  uint64_t low;
  uint64_t high;
};

Block Xor(Block a, Block b) {
  return {a.low ^ b.low, a.high ^ b.high};
}

// The seeds of the reference's HyperLogLog, mixed with digits of pi as aHash does with seeds.
constexpr Block kEncryptionKey = {0x885f6cab121d01a3 ^ 0x452821e638d01377,
                                  0x71e4379f2976ad8f ^ 0xbe5466cf34e90c6c};
constexpr Block kSumKey = {0xbf30173dd28a8816 ^ 0xc0ac29b7c97c50dd,
                           0x0eaea5d736d733a4 ^ 0x3f84d5b5b5470917};

using Bytes = std::array<uint8_t, 16>;

Bytes BytesOf(Block block) {
  Bytes bytes;
  std::memcpy(bytes.data(), &block, sizeof(block));
  return bytes;
}
Block BlockOf(const Bytes& bytes) {
  Block block;
  std::memcpy(&block, bytes.data(), sizeof(block));
  return block;
}

constexpr uint8_t Product(uint8_t a, uint8_t b) {
  uint8_t product = 0;
  for (int bit = 0; bit < 8; ++bit) {
    if ((b >> bit) & 1) product ^= a;
    a = static_cast<uint8_t>((a << 1) ^ ((a & 0x80) ? 0x1b : 0));
  }
  return product;
}

struct Boxes {
  uint8_t forward[256] = {};
  uint8_t inverse[256] = {};
};

constexpr Boxes MakeBoxes() {
  Boxes boxes;
  for (int value = 0; value < 256; ++value) {
    uint8_t inverse = 0;
    for (int other = 1; other < 256; ++other) {
      if (Product(static_cast<uint8_t>(value), static_cast<uint8_t>(other)) == 1) {
        inverse = static_cast<uint8_t>(other);
      }
    }
    uint8_t mixed = 0x63;
    for (int turn = 0; turn < 5; ++turn) {
      mixed ^= static_cast<uint8_t>((inverse << turn) | (inverse >> (8 - turn)));
    }
    boxes.forward[value] = mixed;
    boxes.inverse[mixed] = static_cast<uint8_t>(value);
  }
  return boxes;
}

/// One round of AES, for machines without instructions for it.
struct PortableRounds {
  static Block Round(Block value, Block key, bool decrypt) {
    static const Boxes kBoxes = MakeBoxes();
    const uint8_t* box = decrypt ? kBoxes.inverse : kBoxes.forward;
    const Bytes in = BytesOf(value);
    Bytes out;
    for (size_t column = 0; column < 4; ++column) {
      uint8_t cell[4];
      for (size_t row = 0; row < 4; ++row) {
        const size_t from = (column + (decrypt ? 4 - row : row)) % 4;
        cell[row] = box[in[from * 4 + row]];
      }
      for (size_t row = 0; row < 4; ++row) {
        const uint8_t kFactors[2][4] = {{2, 3, 1, 1}, {14, 11, 13, 9}};
        uint8_t sum = 0;
        for (size_t i = 0; i < 4; ++i) {
          sum ^= Product(cell[(row + i) % 4], kFactors[decrypt ? 1 : 0][i]);
        }
        out[column * 4 + row] = sum;
      }
    }
    return Xor(BlockOf(out), key);
  }
  static Block Encrypt(Block value, Block key) { return Round(value, key, false); }
  static Block Decrypt(Block value, Block key) { return Round(value, key, true); }
};

#if defined(__x86_64__)
struct MachineRounds {
  __attribute__((target("aes"))) static Block Encrypt(Block value, Block key) {
    return From(_mm_aesenc_si128(To(value), To(key)));
  }
  __attribute__((target("aes"))) static Block Decrypt(Block value, Block key) {
    return From(_mm_aesdec_si128(To(value), To(key)));
  }

 private:
  static __m128i To(Block block) {
    return _mm_set_epi64x(static_cast<int64_t>(block.high), static_cast<int64_t>(block.low));
  }
  static Block From(__m128i value) {
    Block block;
    std::memcpy(&block, &value, sizeof(block));
    return block;
  }
};
#endif

template <class T>
T Read(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

template <class Rounds>
class Hasher {
 public:
  void Add(Block value) {
    encrypted_ = Rounds::Decrypt(encrypted_, value);
    sum_ = ShuffledSum(sum_, value);
  }

  void Write(std::string_view bytes) {
    encrypted_.low += bytes.size();
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    if (bytes.size() <= 8) {
      Add(Small(bytes));
    } else if (bytes.size() <= 16) {
      Add({Read<uint64_t>(begin), Read<uint64_t>(end - 8)});
    } else if (bytes.size() <= 32) {
      Add(Read<Block>(begin));
      Add(Read<Block>(end - 16));
    } else if (bytes.size() <= 64) {
      Add(Read<Block>(begin));
      Add(Read<Block>(begin + 16));
      Add(Read<Block>(end - 32));
      Add(Read<Block>(end - 16));
    } else {
      WriteLong(begin, end);
    }
  }

  uint64_t Finish() const {
    const Block combined = Rounds::Encrypt(sum_, encrypted_);
    return Rounds::Decrypt(Rounds::Decrypt(combined, kKey), combined).low;
  }

 private:
  static constexpr Block kKey = {kEncryptionKey.low ^ kSumKey.low,
                                 kEncryptionKey.high ^ kSumKey.high};

  static Block Sum(Block a, Block b) { return {a.low + b.low, a.high + b.high}; }

  static Block ShuffledSum(Block base, Block value) {
    static constexpr uint8_t kPlaces[16] = {0x04, 0x0b, 0x09, 0x06, 0x08, 0x0d, 0x0f, 0x05,
                                            0x0e, 0x03, 0x01, 0x0c, 0x00, 0x07, 0x0a, 0x02};
    const Bytes from = BytesOf(base);
    Bytes shuffled;
    for (size_t i = 0; i < 16; ++i) shuffled[i] = from[kPlaces[i]];
    return Sum(BlockOf(shuffled), value);
  }

  static Block Small(std::string_view bytes) {
    const auto byte = [&](size_t i) { return uint64_t{static_cast<uint8_t>(bytes[i])}; };
    const char* const end = bytes.data() + bytes.size();
    if (bytes.size() >= 4) return {Read<uint32_t>(bytes.data()), Read<uint32_t>(end - 4)};
    if (bytes.size() >= 2) return {Read<uint16_t>(bytes.data()), byte(bytes.size() - 1)};
    return bytes.empty() ? Block{0, 0} : Block{byte(0), byte(0)};
  }

  void WriteLong(const char* at, const char* end) {
    Block lanes[4];
    Block tail[4];
    for (size_t i = 0; i < 4; ++i) {
      tail[i] = Read<Block>(end - 64 + 16 * i);
      lanes[i] = i % 2 == 0 ? Rounds::Encrypt(kKey, tail[i]) : Rounds::Decrypt(kKey, tail[i]);
    }
    Block sums[2] = {Sum(kKey, tail[0]), Sum({~kKey.low, ~kKey.high}, tail[1])};
    sums[0] = ShuffledSum(sums[0], tail[2]);
    sums[1] = ShuffledSum(sums[1], tail[3]);
    for (; end - at > 64; at += 64) {
      for (size_t i = 0; i < 4; ++i) {
        const Block block = Read<Block>(at + 16 * i);
        lanes[i] = Rounds::Decrypt(lanes[i], block);
        sums[i % 2] = ShuffledSum(sums[i % 2], block);
      }
    }
    for (const Block& lane : lanes) Add(lane);
    for (const Block& sum : sums) Add(sum);
  }

  Block encrypted_ = kEncryptionKey;
  Block sum_ = kSumKey;
};

enum class Kind { kNumber, kText, kBytes };

template <class Rounds>
uint64_t HashWith(Kind kind, uint64_t number, std::string_view bytes) {
  constexpr uint64_t kEndOfText = 0xff;
  Hasher<Rounds> hasher;
  if (kind == Kind::kNumber) hasher.Add({number, 0});
  if (kind == Kind::kBytes) hasher.Add({bytes.size(), 0});
  if (kind != Kind::kNumber) hasher.Write(bytes);
  if (kind == Kind::kText) hasher.Add({kEndOfText, 0});
  return hasher.Finish();
}

uint64_t Hash(Kind kind, uint64_t number, std::string_view bytes) {
#if defined(__x86_64__)
  static const bool has_rounds = __builtin_cpu_supports("aes") != 0;
  if (has_rounds) return HashWith<MachineRounds>(kind, number, bytes);
#endif
  return HashWith<PortableRounds>(kind, number, bytes);
}

}  // namespace

uint64_t HashOfNumber(uint64_t value) {
  return Hash(Kind::kNumber, value, {});
}
uint64_t HashOfText(std::string_view text) {
  return Hash(Kind::kText, 0, text);
}
uint64_t HashOfBytes(std::string_view bytes) {
  return Hash(Kind::kBytes, 0, bytes);
}

}  // namespace influxdb3::query::sql
