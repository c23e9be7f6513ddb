import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;

/** Queries through the Flight SQL JDBC driver; prints a line for each finding. */
public class JdbcMain {
  static void print(String what, ResultSet rows) throws SQLException {
    ResultSetMetaData columns = rows.getMetaData();
    while (rows.next()) {
      StringBuilder line = new StringBuilder(what);
      for (int i = 1; i <= columns.getColumnCount(); ++i) line.append(' ').append(rows.getString(i));
      System.out.println(line);
    }
  }

  public static void main(String[] args) throws Exception {
    String url = "jdbc:arrow-flight-sql://" + args[0]
        + "/?useEncryption=false&database=home&token=any";
    try (Connection connection = DriverManager.getConnection(url)) {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(
              "SELECT room, temp FROM home ORDER BY time")) {
        print("row", rows);
      }
      try (PreparedStatement statement = connection.prepareStatement(
          "SELECT room FROM home WHERE room = ? AND temp > ?")) {
        statement.setString(1, "Kitchen");
        statement.setDouble(2, 1.5);
        try (ResultSet rows = statement.executeQuery()) {
          print("parameter", rows);
        }
      }
      try (PreparedStatement statement = connection.prepareStatement(
          "SELECT room FROM home WHERE time > ?")) {
        statement.setTimestamp(1, new Timestamp(1_700_000_000_000L));
        try (ResultSet rows = statement.executeQuery()) {
          print("later", rows);
        }
      }
      try (Statement statement = connection.createStatement()) {
        statement.executeQuery("SELECT * FROM nothing");
        System.out.println("missing_table no error");
      } catch (SQLException error) {
        System.out.println("missing_table " + error.getMessage().split("\n")[0]);
      }
      DatabaseMetaData metadata = connection.getMetaData();
      System.out.println("product " + metadata.getDatabaseProductName());
      System.out.println("read_only " + metadata.isReadOnly());
      try (ResultSet tables = metadata.getTables(null, "iox", "%", null)) {
        while (tables.next()) System.out.println("table " + tables.getString("TABLE_NAME"));
      }
      try (ResultSet columns = metadata.getColumns(null, "iox", "home", "%")) {
        while (columns.next()) {
          System.out.println("column " + columns.getString("COLUMN_NAME") + " "
              + columns.getString("IS_NULLABLE"));
        }
      }
    }
  }
}
