#include "protocol/line_protocol/parser.h"

#include <string>

#include <gtest/gtest.h>

#include "protocol/line_protocol/escape.h"

namespace influxdb3::line_protocol {
namespace {

std::string ErrorOf(std::string_view line) {
  ParsedLine parsed;
  return ParseLine(line, &parsed).message();
}

std::string NormalForm(std::string_view line) {
  ParsedLine parsed;
  const util::Status status = ParseLine(line, &parsed);
  if (!status.ok()) return "error: " + status.message();
  std::string out;
  AppendLine(parsed, &out);
  return out;
}

struct Case {
  std::string_view line;
  std::string_view expected;
};

TEST(ParserTest, TakesLinesApart) {
  const Case cases[] = {
      {"m f=1", "m f=1"},
      {"m f=1 5", "m f=1 5"},
      {"m   f=1   -5  ", "m f=1 -5"},
      {"m f=1 ", "m f=1"},
      {"m,a=1,b=x f=1i,g=2u,h=\"s\",k=t 17", "m,a=1,b=x f=1i,g=2u,h=\"s\",k=true 17"},
      {"m f=0", "m f=0"},
      {"m f=1e3,g=1E-2,h=-1.50", "m f=1000,g=0.01,h=-1.5"},
      {"m f=1e400,g=-1e400", "m f=1e999,g=-1e999"},
      {"m a=t,b=T,c=true,d=True,e=TRUE", "m a=true,b=true,c=true,d=true,e=true"},
      {"m a=f,b=F,c=false,d=False,e=FALSE", "m a=false,b=false,c=false,d=false,e=false"},
      {"m f=\"a\nb\"", "m f=\"a\nb\""},
      {"m f=\"\"", "m f=\"\""},
      {R"(m f="a\"b\\c\d")", R"(m f="a\"b\\c\\d")"},
      {R"(my\ table,ta\,g=v\=1 fi\ eld=1)", R"(my\ table,ta\,g=v\=1 fi\ eld=1)"},
      {R"(m\=x,k\=x=1 f=1)", R"(m\\=x,k\=x=1 f=1)"},
      {"m,t==b f=1", R"(m,t=\=b f=1)"},
      {"m,t=a=b f=1", R"(m,t=a\=b f=1)"},
      {"m,t,u=1 f=1", R"(m,t\,u=1 f=1)"},
      {"m a,b=1", R"(m a\,b=1)"},
      {"m v=1,,w=2", R"(m v=1,\,w=2)"},
      {"m v=1,w,x=2 5", R"(m v=1,w\,x=2 5)"},
      {R"(m"x,"k"="v" "f"=1)", R"(m"x,"k"="v" "f"=1)"},
      {"ü,größe=é ñ=\"日本\" 1", "ü,größe=é ñ=\"日本\" 1"},
      {"m,t=a\rb f=1i 5", "m,t=a\rb f=1i 5"},
      {"m,h=a\\\tb f=1", "m,h=a\\\tb f=1"},
  };
  for (const Case& c : cases) EXPECT_EQ(NormalForm(c.line), c.expected) << c.line;
}

TEST(ParserTest, NormalFormsAreStable) {
  for (const std::string_view line :
       {R"(m\=x,k\=x=1 f=1)", "m f=1e400,g=123456.789e3,h=0.1", "m,h=a\\\tb f=\"\\\"\" 9"}) {
    const std::string once = NormalForm(line);
    EXPECT_EQ(NormalForm(once), once);
  }
}

TEST(ParserTest, SeriesIsWhatWasWritten) {
  ParsedLine parsed;
  ASSERT_TRUE(ParseLine(R"(m\ 1,a=b\,c  f=1)", &parsed).ok());
  EXPECT_EQ(parsed.series, R"(m\ 1,a=b\,c)");
  EXPECT_TRUE(parsed.measurement.escaped);
  EXPECT_TRUE(parsed.tags[0].value.escaped);
  EXPECT_FALSE(parsed.tags[0].key.escaped);
}

TEST(ParserTest, FieldFaults) {
  const std::string no_fields = "No fields were provided";
  for (const std::string_view line : {"m f=hi",
                                      "m f=",
                                      "m f",
                                      "m ",
                                      "m    ",
                                      "m =1",
                                      "m f =1",
                                      "m f= 1",
                                      "m f=.5",
                                      "m f=+5",
                                      "m f=NaN",
                                      "m f=inf",
                                      "m f=-inf",
                                      "m f=--1",
                                      "m f=e1",
                                      "m f=\"abc",
                                      "m f=abc\"",
                                      "m f=x",
                                      "m,t=1 ",
                                      "m 5",
                                      "this is not line protocol!!",
                                      "m \"a b\"=1",
                                      "m f\t=1",
                                      "m f=\t1",
                                      "home,room=Sunroom temp=hi"}) {
    EXPECT_EQ(ErrorOf(line), no_fields) << line;
  }
}

TEST(ParserTest, TrailingContent) {
  const Case cases[] = {
      {"m f=1x", "x"},
      {"m f=5.", "."},
      {"m f=1e", "e"},
      {"m f=1i2", "2"},
      {"m f=-7u", "u"},
      {"m f=1.0i", "i"},
      {"m f=true1", "1"},
      {"m f=tRUE", "RUE"},
      {"m f=\"a\"b\"", "b\""},
      {"m f=1 abc", " abc"},
      {"m f=1 1.5", ".5"},
      {"m f=1 +5", " +5"},
      {"m f=1 -", " -"},
      {"m f=1 5 6", "6"},
      {"m f=1 5 6 7", "6 7"},
      {"m f=1 5abc", "abc"},
      {"m f=1,g=", "g="},
      {"m f=1,g", "g"},
      {"m f=1,=2", "=2"},
      {"m f=1, g=2", " g=2"},
      {"m f=1,g=2,h=", ",h="},
      {"m f=1,g=2,", ","},
      {"m f=1 ,g=2", " ,g=2"},
      {"m f=1\t5", "\t5"},
      {"m f=1\r 5", "\r 5"},
      {"m f=1,g=hi", "g=hi"},
      {"m f=1 abcdefghi", " abcdefghi"},
      {"m f=1 abcdefghij", " abcdefghi..."},
      {"m f=1 ééééééééééé", " ééééééééé..."},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ErrorOf(c.line), "Could not parse entire line. Found trailing content: `" +
                                   std::string(c.expected) + "`")
        << c.line;
  }
}

TEST(ParserTest, SeriesFaults) {
  const Case cases[] = {
      {",t=1 f=1", "Invalid measurement was provided"},
      {",", "Invalid measurement was provided"},
      {"measurement", "Expected at least one space character, got end of input"},
      {"m,t=1", "Expected at least one space character, got end of input"},
      {"m\tabcdefghijkl f=1", "Expected at least one space character, got `\tabcdefghijkl f=1`"},
      {"m,t=a\tb f=1", "Expected at least one space character, got `\tb f=1`"},
      {"m,", "Expected tag key, got end of input"},
      {"m, f=1", "Expected tag key, got ` f=1`"},
      {"m,=a f=1 5", "Expected tag key, got `=a f=1 5`"},
      {"m,=abcdefghijklmn f=1", "Expected tag key, got `=abcdefghi...`"},
      {"m,t=1,=2 f=1", "Expected tag key, got `=2 f=1`"},
      {"m,t=", "Expected tag value, got end of input"},
      {"m,t= f=1", "Expected tag value, got ` f=1`"},
      {"m,t=,u=1 f=1", "Expected tag value, got `,u=1 f=1`"},
      {"m,t f=1", "Tag set malformed: could not find equals sign in `t f=1`"},
      {"m,t=1,uuuuuuuu f=1", "Tag set malformed: could not find equals sign in `t=1,uuuuuu...`"},
      {"m,,", "Tag set malformed: could not find equals sign in `,`"},
  };
  for (const Case& c : cases) EXPECT_EQ(ErrorOf(c.line), c.expected) << c.line;
}

TEST(ParserTest, NamesMayNotEndWithABackslash) {
  for (const std::string_view line :
       {R"(m\\ f=1)", R"(m\)", R"(m\\)", R"(m,t\\=1 f=1)", R"(m,t\\ f=1)", R"(m,t=a\\ f=1)",
        R"(m,t=a\)", R"(m f\\=1)", R"(m f\)", R"(m f=1,g\\=1)", R"(m,t=\\ f=1)"}) {
    EXPECT_EQ(ErrorOf(line),
              "Measurements, tag keys and values, and field keys may not end with a backslash")
        << line;
  }
}

TEST(ParserTest, NumbersOutOfRange) {
  const Case cases[] = {
      {"m f=9223372036854775808i", "Unable to parse integer value `9223372036854775808`"},
      {"m f=-9223372036854775809i", "Unable to parse integer value `-9223372036854775809`"},
      {"m f=18446744073709551616u",
       "Unable to parse unsigned integer value `18446744073709551616`"},
      {"m f=1 9223372036854775808", "Unable to parse timestamp value `9223372036854775808`"},
      {"m f=1 99999999999999999999", "Unable to parse timestamp value `99999999999999999999`"},
  };
  for (const Case& c : cases) EXPECT_EQ(ErrorOf(c.line), c.expected) << c.line;
  EXPECT_EQ(NormalForm("m f=1 -9223372036854775808"), "m f=1 -9223372036854775808");
}

TEST(ParserTest, NulIsAByteLikeAnyOther) {
  const std::string line("m\0x f=\"\0\"", 9);
  EXPECT_EQ(NormalForm(line), line);
}

}  // namespace
}  // namespace influxdb3::line_protocol
