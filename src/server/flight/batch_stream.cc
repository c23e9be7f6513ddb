#include "server/flight/batch_stream.h"

#include <deque>
#include <utility>

#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>

#include "server/flight/flight_status.h"

namespace influxdb3::server::flight {

namespace fl = arrow::flight;

namespace {

using BatchPointer = std::shared_ptr<arrow::RecordBatch>;

/// Batches waiting to be sent, cut to size.
class Pieces {
 public:
  explicit Pieces(int64_t bytes_max) : bytes_max_(bytes_max) {}

  bool empty() const { return pieces_.empty(); }
  void Add(BatchPointer batch) { pieces_.push_back(std::move(batch)); }

  arrow::Status Take(BatchPointer* piece) {
    *piece = std::move(pieces_.front());
    pieces_.pop_front();
    while ((*piece)->num_rows() > 1) {
      int64_t bytes = 0;
      ARROW_RETURN_NOT_OK(arrow::ipc::GetRecordBatchSize(**piece, &bytes));
      if (bytes <= bytes_max_) break;
      const int64_t half = (*piece)->num_rows() / 2;
      pieces_.push_front((*piece)->Slice(half));
      *piece = (*piece)->Slice(0, half);
    }
    return arrow::Status::OK();
  }

 private:
  const int64_t bytes_max_;
  std::deque<BatchPointer> pieces_;
};

class QueryReader : public arrow::RecordBatchReader {
 public:
  QueryReader(std::shared_ptr<QueryRun> run, std::shared_ptr<arrow::Schema> schema,
              std::function<bool()> is_abandoned, const FlightOptions& options)
      : run_(std::move(run)),
        schema_(std::move(schema)),
        is_abandoned_(std::move(is_abandoned)),
        options_(options),
        pieces_(options.message_bytes_max) {}
  ~QueryReader() override { run_->Cancel(); }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  arrow::Status ReadNext(BatchPointer* batch) override {
    if (pieces_.empty()) {
      auto step = run_->Next(options_.keep_alive_ns, is_abandoned_);
      if (!step.ok()) return ToArrow(ToQueryError(step.status(), QueryPhase::kStream));
      if (step->end) {
        batch->reset();
        return arrow::Status::OK();
      }
      if (step->batch == nullptr) return arrow::RecordBatch::MakeEmpty(schema_).Value(batch);
      pieces_.Add(std::move(step->batch));
    }
    return pieces_.Take(batch);
  }

 private:
  const std::shared_ptr<QueryRun> run_;
  const std::shared_ptr<arrow::Schema> schema_;
  const std::function<bool()> is_abandoned_;
  const FlightOptions options_;
  Pieces pieces_;
};

class TableReader : public arrow::RecordBatchReader {
 public:
  TableReader(BatchPointer rows, const FlightOptions& options)
      : schema_(rows->schema()), pieces_(options.message_bytes_max) {
    if (rows->num_rows() > 0) pieces_.Add(std::move(rows));
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Status ReadNext(BatchPointer* batch) override {
    if (!pieces_.empty()) return pieces_.Take(batch);
    batch->reset();
    return arrow::Status::OK();
  }

 private:
  const std::shared_ptr<arrow::Schema> schema_;
  Pieces pieces_;
};

}  // namespace

std::unique_ptr<fl::FlightDataStream> MakeBatchStream(std::shared_ptr<QueryRun> run,
                                                      std::shared_ptr<arrow::Schema> schema,
                                                      std::function<bool()> is_abandoned,
                                                      const FlightOptions& options) {
  return std::make_unique<fl::RecordBatchStream>(std::make_shared<QueryReader>(
      std::move(run), std::move(schema), std::move(is_abandoned), options));
}

std::unique_ptr<fl::FlightDataStream> MakeTableStream(std::shared_ptr<arrow::RecordBatch> rows,
                                                      const FlightOptions& options) {
  return std::make_unique<fl::RecordBatchStream>(
      std::make_shared<TableReader>(std::move(rows), options));
}

}  // namespace influxdb3::server::flight
