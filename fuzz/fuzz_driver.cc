// A small stand-in for libFuzzer where only g++ is at hand: replays the seeds, then feeds mutations
// of them. Same entry point, so a target links with either.
//
//   X_fuzz [--seed N] [--runs N] [seed file or directory]...
//
// A run is repeatable: the same seed, runs and seed files give the same inputs.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kInputBytesMax = 64 << 10;

std::vector<std::string> ReadSeeds(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::filesystem::path> files;
  for (const auto& path : paths) {
    if (std::filesystem::is_directory(path)) {
      for (const auto& entry : std::filesystem::directory_iterator(path)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
      }
    } else if (std::filesystem::exists(path)) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  if (seeds.empty()) seeds.emplace_back();
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::string Mutate(const std::vector<std::string>& corpus) {
    std::string input = corpus[Below(corpus.size())];
    const size_t count = 1 + Below(8);
    for (size_t i = 0; i < count; ++i) MutateOnce(corpus, &input);
    if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
    return input;
  }

 private:
  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  void MutateOnce(const std::vector<std::string>& corpus, std::string* input) {
    static constexpr char kInteresting[] = "\n\r\0 ,=\\\"#-+.eEiutf0123456789\x80\xff\x7f";
    const size_t at = Below(input->size() + 1);
    switch (Below(7)) {
      case 0:
        if (!input->empty()) (*input)[Below(input->size())] = static_cast<char>(random_());
        break;
      case 1: input->insert(at, 1, kInteresting[Below(sizeof(kInteresting) - 1)]); break;
      case 2: input->erase(at, 1 + Below(16)); break;
      case 3: {
        const std::string piece = input->substr(at, 1 + Below(64));
        input->insert(Below(input->size() + 1), piece);
        break;
      }
      case 4: {
        const std::string& other = corpus[Below(corpus.size())];
        input->insert(at, other.substr(Below(other.size() + 1), 1 + Below(64)));
        break;
      }
      case 5:
        if (!input->empty()) {
          char& byte = (*input)[Below(input->size())];
          byte = static_cast<char>(byte ^ (1 << Below(8)));
        }
        break;
      case 6: input->resize(at); break;
    }
  }

  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  uint64_t seed = 1;
  uint64_t runs = 20000;
  std::vector<std::filesystem::path> paths;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (std::strcmp(argv[i], "--runs") == 0 && i + 1 < argc) {
      runs = std::strtoull(argv[++i], nullptr, 10);
    } else {
      paths.emplace_back(argv[i]);
    }
  }
  const std::vector<std::string> corpus = ReadSeeds(paths);
  const auto run = [](const std::string& input) {
    // A copy of exactly that size, so that sanitizers see reads past the end.
    const std::vector<uint8_t> bytes(input.begin(), input.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  };
  for (const std::string& input : corpus) run(input);
  Mutator mutator(seed);
  for (uint64_t i = 0; i < runs; ++i) {
    const std::string input = mutator.Mutate(corpus);
    if (const char* file = std::getenv("FUZZ_LAST_INPUT")) {
      std::ofstream(file, std::ios::binary) << input;
    }
    run(input);
  }
  std::printf("%zu seeds and %llu mutations passed (seed %llu)\n", corpus.size(),
              static_cast<unsigned long long>(runs), static_cast<unsigned long long>(seed));
  return 0;
}
