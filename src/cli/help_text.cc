#include "cli/help_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace influxdb3::cli {
namespace {

constexpr size_t kColumnWidthMax = 34;
constexpr size_t kLineWidth = 100;
/// A blank at which no line is broken, until the text is printed.
constexpr char kFirmBlank = '\x01';

struct Entry {
  std::string left;
  std::string right;
};

/// Appends `text` broken at blanks, further lines indented by `indent`.
void AppendWrapped(std::string& out, const std::string& text, size_t indent, size_t column) {
  size_t position = 0;
  bool first = true;
  while (position < text.size()) {
    size_t end = text.find(' ', position);
    if (end == std::string::npos) end = text.size();
    size_t length = end - position;
    if (!first && column + 1 + length > kLineWidth) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += text.substr(position, length);
    column += length;
    position = end + 1;
    first = false;
  }
}

void AppendSection(std::string& out, const std::string& title, const std::vector<Entry>& entries) {
  if (entries.empty()) return;
  size_t width = 0;
  for (const Entry& entry : entries) {
    if (entry.left.size() <= kColumnWidthMax) width = std::max(width, entry.left.size());
  }
  out += fmt::format("\n{}:\n", title);
  for (const Entry& entry : entries) {
    size_t indent = width + 4;
    out += "  " + entry.left;
    if (!entry.right.empty()) {
      if (entry.left.size() > width) {
        out += '\n';
        out.append(indent, ' ');
      } else {
        out.append(width - entry.left.size() + 2, ' ');
      }
      AppendWrapped(out, entry.right, indent, indent);
    }
    out += '\n';
  }
}

std::string OptionLeft(const OptionSpec& option) {
  std::string short_name;
  if (option.names.size() > 1 && option.names[1] != '-') short_name = option.names.substr(0, 2);
  return short_name.empty() ? "    " + option.Display()
                            : fmt::format("{}, {}", short_name, option.Display());
}

std::string OptionRight(const OptionSpec& option) {
  std::string text = option.help;
  if (option.effect == Effect::kNoneYet) text += " (accepted; no effect in this version)";
  if (option.effect == Effect::kRefused) text += " (not available in this version)";
  if (!option.possible_values.empty()) {
    text += fmt::format(" [possible values: {}]", fmt::join(option.possible_values, ", "));
  }
  if (!option.environment.empty())
    text += fmt::format(" [env:{}{}]", kFirmBlank, option.environment.front());
  if (!option.default_text.empty())
    text += fmt::format(" [default:{}{}]", kFirmBlank, option.default_text);
  return text;
}

std::vector<Entry> OptionEntries(const CommandSpec& command, bool full) {
  std::vector<Entry> entries;
  for (const OptionSpec& option : command.options) {
    if (option.level == HelpLevel::kHidden) continue;
    if (option.level == HelpLevel::kFull && !full) continue;
    entries.push_back({OptionLeft(option), OptionRight(option)});
  }
  entries.push_back({"-h, --help", "Print help"});
  entries.push_back({"    --help-all", "Print help with all options"});
  return entries;
}

std::string Name(const CommandPath& path) {
  std::string name;
  for (const CommandSpec* command : path) {
    if (!name.empty()) name += ' ';
    name += command->name;
  }
  return name;
}

}  // namespace

std::string UsageLine(const CommandPath& path) {
  const CommandSpec& command = *path.back();
  std::string line = Name(path);
  if (!command.subcommands.empty()) {
    if (path.size() == 1) line += " [OPTIONS]";
    return line + (command.subcommand_required ? " <COMMAND>" : " [COMMAND]");
  }
  line += " [OPTIONS]";
  for (const OptionSpec& option : command.options) {
    if (option.required) line += " " + option.Display();
  }
  for (const PositionalSpec& positional : command.positionals) line += " " + positional.Display();
  return line;
}

std::string HelpText(const CommandPath& path, bool full) {
  const CommandSpec& command = *path.back();
  std::string out = fmt::format("{}\n\nUsage: {}\n", command.about, UsageLine(path));

  std::vector<Entry> commands;
  for (const CommandSpec& subcommand : command.subcommands) {
    std::string about = subcommand.about;
    if (!subcommand.aliases.empty()) {
      about += fmt::format(" [aliases: {}]", fmt::join(subcommand.aliases, ", "));
    }
    commands.push_back({subcommand.name, about});
  }
  AppendSection(out, "Commands", commands);

  std::vector<Entry> arguments;
  for (const PositionalSpec& positional : command.positionals) {
    arguments.push_back({positional.Display(), positional.help});
  }
  AppendSection(out, "Arguments", arguments);

  std::vector<Entry> options = OptionEntries(command, full);
  if (path.size() == 1) options.push_back({"-V, --version", "Print version"});
  AppendSection(out, "Options", options);

  if (!command.examples.empty()) {
    out += "\nExamples:\n";
    for (const std::string& line : command.examples) out += fmt::format("  {}\n", line);
  }
  std::replace(out.begin(), out.end(), kFirmBlank, ' ');
  return out;
}

}  // namespace influxdb3::cli
