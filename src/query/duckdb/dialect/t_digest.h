#pragma once

#include <cstddef>
#include <vector>

namespace influxdb3::query::sql {

/// The reference's estimate of quantiles: a t-digest, which merges neighbouring values into at most
/// about `centroids_max` weighted means, fine at both ends and coarse in the middle. A few dozen
/// values stay as they are.
class TDigest {
 public:
  struct Centroid {
    double mean;
    double weight;
  };

  /// `sorted` is not empty and ascending.
  TDigest(const std::vector<double>& sorted, size_t centroids_max);
  /// Of weighted values. As in the reference, quantiles count the values and not their weights.
  TDigest(const std::vector<Centroid>& sorted, size_t centroids_max);

  /// `quantile` from 0 to 1.
  double Estimate(double quantile) const;

 private:
  template <class Values, class At>
  void Merge(const Values& sorted, size_t centroids_max, bool weighted, At at);
  /// The first centroid that reaches `rank`, and the weight before it.
  size_t Find(double rank, bool from_end, double* weight_before) const;

  std::vector<Centroid> centroids_;
  double count_;
  double least_;
  double greatest_;
};

}  // namespace influxdb3::query::sql
