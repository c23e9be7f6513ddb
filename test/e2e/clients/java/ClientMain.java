import com.influxdb.v3.client.InfluxDBClient;
import com.influxdb.v3.client.Point;
import com.influxdb.v3.client.PointValues;
import com.influxdb.v3.client.query.QueryOptions;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;

/** Writes, queries and fails through the official Java client; prints a line for each finding. */
public class ClientMain {
  static String failure(InfluxDBClient client, String query, QueryOptions options) {
    try (Stream<Object[]> rows = client.query(query, options)) {
      rows.forEach(row -> {});
      return "no error";
    } catch (Exception error) {
      return String.valueOf(error.getMessage()).split("\n")[0];
    }
  }

  public static void main(String[] args) throws Exception {
    try (InfluxDBClient client =
        InfluxDBClient.getInstance(args[0], "any".toCharArray(), "home")) {
      client.writeRecord("home,room=Kitchen temp=21.5,hum=40i 1700000000000000000");
      client.writePoint(Point.measurement("home").setTag("room", "Hall").setField("temp", 19.0)
          .setTimestamp(Instant.ofEpochSecond(1700000060)));
      try (Stream<Object[]> rows =
          client.query("SELECT room, temp, time FROM home ORDER BY time")) {
        rows.forEach(row -> System.out.println("row " + row[0] + " " + row[1]));
      }
      try (Stream<PointValues> points = client.queryPoints("SELECT * FROM home ORDER BY time")) {
        points.forEach(point -> System.out.println(
            "point " + point.getTag("room") + " " + point.getField("temp")));
      }
      try (Stream<Object[]> rows = client.query(
          "SELECT temp FROM home WHERE room = $room AND temp > $least",
          Map.of("room", "Kitchen", "least", 1.5))) {
        rows.forEach(row -> System.out.println("parameter " + row[0]));
      }
      System.out.println("missing_table "
          + failure(client, "SELECT * FROM nothing", QueryOptions.defaultQueryOptions()));
      System.out.println("missing_database "
          + failure(client, "SELECT 1", new QueryOptions("nowhere")));
      try {
        client.writeRecord("home,room=Kitchen temp=\"hot\" 1");
        System.out.println("bad_write no error");
      } catch (Exception error) {
        System.out.println("bad_write " + error.getMessage());
      }
      System.out.println("version " + client.getServerVersion());
    }
  }
}
