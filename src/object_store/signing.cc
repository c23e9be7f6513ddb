#include "object_store/signing.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "util/check.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string Hex(std::string_view bytes) {
  std::string digits;
  for (const char c : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return digits;
}

std::string HmacSha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  unsigned int size = 0;
  const unsigned char* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                   Bytes(text), text.size(), digest.data(), &size);
  CHECK(done != nullptr && size == digest.size());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string Sha256Hex(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(Bytes(bytes), bytes.size(), digest.data());
  return Hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string Base64(std::string_view bytes) {
  std::vector<unsigned char> digits((bytes.size() + 2) / 3 * 4 + 1);
  const int count = EVP_EncodeBlock(digits.data(), Bytes(bytes), static_cast<int>(bytes.size()));
  return {digits.begin(), digits.begin() + count};
}

std::string Base64Url(std::string_view bytes) {
  std::string text = Base64(bytes);
  text.resize(std::min(text.size(), text.find('=')));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

Result<std::string> FromBase64(std::string_view text) {
  std::vector<unsigned char> bytes(text.size() / 4 * 3 + 1);
  const int count = EVP_DecodeBlock(bytes.data(), Bytes(text), static_cast<int>(text.size()));
  std::string decoded;
  if (count > 0) decoded.assign(bytes.begin(), bytes.begin() + count);
  // OpenSSL counts the zero bits of the padding as bytes.
  for (size_t at = text.size(); at > 0 && text[at - 1] == '=' && !decoded.empty(); --at) {
    decoded.pop_back();
  }
  if (Base64(decoded) == text) return decoded;
  return Status::InvalidArgument("not valid base64");
}

Result<std::string> SignRs256(const std::string& private_key_pem, std::string_view text) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(
      BIO_new_mem_buf(private_key_pem.data(), static_cast<int>(private_key_pem.size())), &BIO_free);
  CHECK(source != nullptr);
  // An empty pass phrase, so that an encrypted key is refused rather than asked for on a terminal.
  char no_phrase[] = "";
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, no_phrase), &EVP_PKEY_free);
  if (key == nullptr || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
    return Status::InvalidArgument("the private key is no RSA key in PEM");
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  CHECK(context != nullptr);
  size_t size = 0;
  const bool begun =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, Bytes(text), text.size()) == 1;
  std::string signature(size, '\0');
  const bool done =
      begun && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                              &size, Bytes(text), text.size()) == 1;
  if (!done) return Status::InvalidArgument("the private key cannot sign with RS256");
  signature.resize(size);
  return signature;
}

std::string RandomHex(size_t bytes) {
  std::vector<unsigned char> random(bytes);
  CHECK(RAND_bytes(random.data(), static_cast<int>(bytes)) == 1);
  return Hex({reinterpret_cast<const char*>(random.data()), random.size()});
}

}  // namespace influxdb3::object_store
