#include "query/duckdb/dialect/blake3.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace influxdb3::query::sql {
namespace {

constexpr size_t kBlockBytes = 64;
constexpr size_t kChunkBytes = 1024;

enum Flag : uint32_t {
  kChunkStart = 1,
  kChunkEnd = 2,
  kParent = 4,
  kRoot = 8,
};

using Words8 = std::array<uint32_t, 8>;
using Words16 = std::array<uint32_t, 16>;

constexpr Words8 kInitial = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                             0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
constexpr size_t kPermutation[16] = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};

void Mix(Words16& state, size_t a, size_t b, size_t c, size_t d, uint32_t x, uint32_t y) {
  state[a] += state[b] + x;
  state[d] = std::rotr(state[d] ^ state[a], 16);
  state[c] += state[d];
  state[b] = std::rotr(state[b] ^ state[c], 12);
  state[a] += state[b] + y;
  state[d] = std::rotr(state[d] ^ state[a], 8);
  state[c] += state[d];
  state[b] = std::rotr(state[b] ^ state[c], 7);
}

void Round(Words16& state, const Words16& message) {
  for (size_t i = 0; i < 4; ++i) {
    Mix(state, i, 4 + i, 8 + i, 12 + i, message[2 * i], message[2 * i + 1]);
  }
  for (size_t i = 0; i < 4; ++i) {
    Mix(state, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, message[8 + 2 * i],
        message[9 + 2 * i]);
  }
}

/// What is compressed last: it yields a chaining value, or the hash when it is the root.
struct Node {
  Words8 chaining;
  Words16 block;
  uint64_t counter;
  uint32_t block_bytes;
  uint32_t flags;

  Words8 Compress(uint32_t more_flags = 0) const {
    Words16 state;
    std::copy(chaining.begin(), chaining.end(), state.begin());
    std::copy(kInitial.begin(), kInitial.begin() + 4, state.begin() + 8);
    state[12] = static_cast<uint32_t>(counter);
    state[13] = static_cast<uint32_t>(counter >> 32);
    state[14] = block_bytes;
    state[15] = flags | more_flags;
    Words16 message = block;
    for (int round = 0; round < 7; ++round) {
      Round(state, message);
      Words16 permuted;
      for (size_t i = 0; i < 16; ++i) permuted[i] = message[kPermutation[i]];
      message = permuted;
    }
    Words8 result;
    for (size_t i = 0; i < 8; ++i) result[i] = state[i] ^ state[i + 8];
    return result;
  }
};

Words16 LoadBlock(std::string_view bytes) {
  Words16 words{};
  for (size_t i = 0; i < bytes.size(); ++i) {
    words[i / 4] |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << (8 * (i % 4));
  }
  return words;
}

/// The last block of a chunk, with all the others compressed.
Node ChunkNode(std::string_view chunk, uint64_t index) {
  Node node{kInitial, {}, index, 0, kChunkStart};
  while (chunk.size() > kBlockBytes) {
    node.block = LoadBlock(chunk.substr(0, kBlockBytes));
    node.block_bytes = kBlockBytes;
    node.chaining = node.Compress();
    node.flags = 0;
    chunk.remove_prefix(kBlockBytes);
  }
  node.block = LoadBlock(chunk);
  node.block_bytes = static_cast<uint32_t>(chunk.size());
  node.flags |= kChunkEnd;
  return node;
}

Node ParentNode(const Words8& left, const Words8& right) {
  Node node{kInitial, {}, 0, kBlockBytes, kParent};
  std::copy(left.begin(), left.end(), node.block.begin());
  std::copy(right.begin(), right.end(), node.block.begin() + 8);
  return node;
}

}  // namespace

std::array<uint8_t, 32> Blake3(std::string_view input) {
  // Chaining values of complete subtrees, the largest first. A subtree is complete when the number
  // of chunks so far is a multiple of its size.
  std::vector<Words8> subtrees;
  uint64_t chunks = 0;
  while (input.size() > kChunkBytes) {
    Words8 value = ChunkNode(input.substr(0, kChunkBytes), chunks++).Compress();
    for (uint64_t count = chunks; count % 2 == 0; count /= 2) {
      value = ParentNode(subtrees.back(), value).Compress();
      subtrees.pop_back();
    }
    subtrees.push_back(value);
    input.remove_prefix(kChunkBytes);
  }
  Node node = ChunkNode(input, chunks);
  while (!subtrees.empty()) {
    node = ParentNode(subtrees.back(), node.Compress());
    subtrees.pop_back();
  }
  const Words8 root = node.Compress(kRoot);
  std::array<uint8_t, 32> hash;
  for (size_t i = 0; i < hash.size(); ++i) {
    hash[i] = static_cast<uint8_t>(root[i / 4] >> (8 * (i % 4)));
  }
  return hash;
}

}  // namespace influxdb3::query::sql
