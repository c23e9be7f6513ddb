#include "cli/argument_parser.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/value_checks.h"

namespace influxdb3::cli {

/// The command line brought into the one form the tokenizer reads safely: values in words of their
/// own, everything behind `--` set aside.
struct ArgumentParser::Tokens {
  std::vector<std::string> words;
  std::vector<std::string> after_mark;
};

/// What was given for one command, before environment, defaults and checks.
struct ArgumentParser::Raw {
  std::map<std::string, std::vector<std::string>> values;  // by option id
};

namespace {

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::vector<std::string> SplitCommas(const std::string& text) {
  std::vector<std::string> parts;
  size_t start = 0;
  while (start <= text.size()) {
    size_t comma = std::min(text.find(',', start), text.size());
    if (comma > start) parts.push_back(text.substr(start, comma - start));
    start = comma + 1;
  }
  return parts;
}

/// A value option under each of its names, over the whole tree.
void CollectValueNames(const CommandSpec& command,
                       std::map<std::string, const OptionSpec*>& by_name) {
  for (const OptionSpec& option : command.options) {
    if (option.kind != OptionKind::kValue && option.kind != OptionKind::kList) continue;
    for (const std::string& name : SplitCommas(option.names)) by_name.emplace(name, &option);
  }
  for (const CommandSpec& subcommand : command.subcommands) CollectValueNames(subcommand, by_name);
}

/// One CLI::App with the options the tree declares; the specs stay the only source of rules.
struct Node {
  const CommandSpec* spec = nullptr;
  CLI::App* app = nullptr;
  CLI::Option* help = nullptr;
  CLI::Option* help_all = nullptr;
  CLI::Option* version = nullptr;
  std::map<std::string, CLI::Option*> options;
  std::vector<Node> children;
};

void Populate(Node& node, bool is_root) {
  CLI::App& app = *node.app;
  app.set_help_flag();
  app.allow_extras();
  app.require_subcommand(0, 1);
  node.help = app.add_flag("-h,--help");
  node.help_all = app.add_flag("--help-all");
  if (is_root) node.version = app.add_flag("-V,--version");
  for (const OptionSpec& option : node.spec->options) {
    CLI::Option* added = nullptr;
    if (option.kind == OptionKind::kFlag || option.kind == OptionKind::kCount) {
      added = app.add_flag(option.names);
    } else {
      added = app.add_option(option.names);
      if (option.kind == OptionKind::kOptionalValue) added->expected(0, 1);
    }
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    node.options[option.Id()] = added;
  }
  for (const CommandSpec& subcommand : node.spec->subcommands) {
    Node child;
    child.spec = &subcommand;
    child.app = app.add_subcommand(subcommand.name);
    for (const std::string& alias : subcommand.aliases) child.app->alias(alias);
    Populate(child, /*is_root=*/false);
    node.children.push_back(std::move(child));
  }
}

/// From the root to the command that was named last.
std::vector<const Node*> Chosen(const Node& root) {
  std::vector<const Node*> chosen = {&root};
  bool deeper = true;
  while (deeper) {
    deeper = false;
    for (const Node& child : chosen.back()->children) {
      if (!*child.app) continue;
      chosen.push_back(&child);
      deeper = true;
      break;
    }
  }
  return chosen;
}

bool LooksLikeOption(const std::string& word) {
  return word.size() > 1 && word[0] == '-' &&
         std::isdigit(static_cast<unsigned char>(word[1])) == 0;
}

std::string Invalid(const OptionSpec& option, const std::string& text, const std::string& reason) {
  return UsageError(fmt::format("invalid value '{}' for '{}'{}", text, option.Display(), reason),
                    nullptr);
}

/// Brings values into the spelling of the possible ones and runs the option's check.
std::optional<std::string> CheckTexts(const OptionSpec& option, std::vector<std::string>& texts) {
  for (std::string& text : texts) {
    if (!option.possible_values.empty()) {
      auto match = std::find_if(
          option.possible_values.begin(), option.possible_values.end(),
          [&text](const std::string& possible) { return EqualsIgnoringCase(text, possible); });
      if (match == option.possible_values.end()) {
        return Invalid(
            option, text,
            fmt::format("\n  [possible values: {}]", fmt::join(option.possible_values, ", ")));
      }
      text = *match;
    }
    if (!option.check) continue;
    util::Status status = option.check(text);
    if (!status.ok()) return Invalid(option, text, ": " + status.message());
  }
  return std::nullopt;
}

std::string NoValue(const OptionSpec& option) {
  return UsageError(
      fmt::format("a value is required for '{}' but none was supplied", option.Display()), nullptr);
}

}  // namespace

std::string UsageError(const std::string& message, const CommandPath* path) {
  std::string text = fmt::format("error: {}\n\n", message);
  if (path != nullptr) text += fmt::format("Usage: {}\n\n", UsageLine(*path));
  return text + "For more information, try '--help'.\n";
}

ArgumentParser::ArgumentParser(const CommandSpec& root, std::string version_line,
                               EnvironmentLookup environment)
    : root_(root), version_line_(std::move(version_line)), environment_(std::move(environment)) {}

ArgumentParser::Refusal ArgumentParser::Normalize(const std::vector<std::string>& arguments,
                                                  Tokens& tokens) const {
  std::map<std::string, const OptionSpec*> value_options;
  CollectValueNames(root_, value_options);
  size_t i = 0;
  bool help_command = !arguments.empty() && arguments[0] == "help";
  if (help_command) i = 1;
  for (; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") {
      tokens.after_mark.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                               arguments.end());
      break;
    }
    size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    auto option = value_options.find(word.substr(0, equals));
    tokens.words.push_back(option == value_options.end() ? word : word.substr(0, equals));
    if (option == value_options.end()) continue;
    if (equals != std::string::npos) {
      tokens.words.push_back(word.substr(equals + 1));
      continue;
    }
    if (i + 1 == arguments.size() || LooksLikeOption(arguments[i + 1])) {
      return NoValue(*option->second);
    }
    tokens.words.push_back(arguments[++i]);
  }
  if (help_command) tokens.words.push_back("--help");
  return std::nullopt;
}

std::optional<std::string> ArgumentParser::FromEnvironment(
    const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    std::optional<std::string> value = environment_(name);
    if (value && !value->empty()) return value;
  }
  return std::nullopt;
}

ArgumentParser::Refusal ArgumentParser::ReadOne(const OptionSpec& option, const Raw& raw,
                                                ParsedArguments::Value& value) const {
  auto given = raw.values.find(option.Id());
  std::vector<std::string> texts =
      given == raw.values.end() ? std::vector<std::string>() : given->second;
  value.given = !texts.empty();
  if (texts.empty()) {
    if (std::optional<std::string> from_environment = FromEnvironment(option.environment)) {
      texts = {*from_environment};
      value.given = true;
    }
  }
  if (option.kind == OptionKind::kFlag || option.kind == OptionKind::kCount) {
    for (const std::string& text : texts) {
      util::Result<bool> on = ParseBoolean(text);
      if (!on.ok()) return Invalid(option, text, ": " + on.status().message());
      if (*on) ++value.count;
    }
    value.given = value.count > 0;
    return std::nullopt;
  }
  if (option.kind != OptionKind::kList && texts.size() > 1) {
    return UsageError(
        fmt::format("the argument '{}' cannot be used multiple times", option.Display()), nullptr);
  }
  if (option.kind == OptionKind::kList) {
    std::vector<std::string> items;
    for (const std::string& text : texts) {
      for (std::string& item : SplitCommas(text)) items.push_back(std::move(item));
    }
    if (value.given && items.empty()) return NoValue(option);
    texts = std::move(items);
  }
  if (option.kind == OptionKind::kOptionalValue && texts == std::vector<std::string>{""}) {
    texts.clear();
  }
  if (texts.empty() && !option.default_text.empty()) texts = {option.default_text};
  value.texts = std::move(texts);
  return value.given ? CheckTexts(option, value.texts) : std::nullopt;
}

ArgumentParser::Refusal ArgumentParser::ReadOptions(const CommandPath& path, const Raw& raw,
                                                    ParsedArguments& parsed) const {
  for (const OptionSpec& option : path.back()->options) {
    ParsedArguments::Value& value = parsed.values_[option.Id()];
    if (Refusal refusal = ReadOne(option, raw, value)) return refusal;
    if (option.effect == Effect::kRefused && value.given) {
      return UsageError(option.refusal, nullptr);
    }
  }
  return std::nullopt;
}

ArgumentParser::Refusal ArgumentParser::ReadPositionals(const CommandPath& path,
                                                        std::vector<std::string> words,
                                                        ParsedArguments& parsed) const {
  const std::vector<PositionalSpec>& specs = path.back()->positionals;
  bool repeated = !specs.empty() && specs.back().repeated;
  if (words.size() > specs.size() && !repeated) {
    return UsageError(fmt::format("unexpected argument '{}' found", words[specs.size()]), &path);
  }
  for (size_t i = words.size(); i < specs.size(); ++i) {
    std::optional<std::string> value = FromEnvironment(specs[i].environment);
    if (!value) break;
    words.push_back(*value);
  }
  parsed.positionals_ = std::move(words);
  return std::nullopt;
}

ArgumentParser::Refusal ArgumentParser::CheckMissing(const CommandPath& path,
                                                     const ParsedArguments& parsed) const {
  std::string missing;
  for (const OptionSpec& option : path.back()->options) {
    if (option.required && !parsed.Given(option.Id())) {
      missing += fmt::format("\n  {}", option.Display());
    }
  }
  const std::vector<PositionalSpec>& positionals = path.back()->positionals;
  for (size_t i = parsed.positionals().size(); i < positionals.size(); ++i) {
    if (positionals[i].required) missing += fmt::format("\n  {}", positionals[i].Display());
  }
  if (missing.empty()) return std::nullopt;
  return UsageError("the following required arguments were not provided:" + missing, &path);
}

namespace {

/// Words that belong to no option: positionals, or the reason why one cannot be.
std::optional<std::string> CollectWords(const std::vector<const Node*>& chosen,
                                        const CommandPath& path, std::vector<std::string>& words) {
  for (size_t depth = 0; depth < chosen.size(); ++depth) {
    CommandPath here(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth) + 1);
    for (std::string& extra : chosen[depth]->app->remaining(false)) {
      if (LooksLikeOption(extra)) {
        std::string name = extra.substr(0, extra.find('='));
        return UsageError(fmt::format("unexpected argument '{}' found", name), &here);
      }
      if (!chosen[depth]->children.empty()) {
        return UsageError(fmt::format("unrecognized subcommand '{}'", extra), &here);
      }
      words.push_back(std::move(extra));
    }
  }
  const Node& last = *chosen.back();
  if (last.spec->subcommand_required && !last.children.empty()) {
    return HelpText(path, /*full=*/false);
  }
  return std::nullopt;
}

/// The page that --help or --version asks for, if one of them was given.
std::optional<std::string> RequestedPage(const std::vector<const Node*>& chosen,
                                         const CommandPath& path, const std::string& version_line) {
  auto wants = [&chosen](CLI::Option* Node::*flag) {
    return std::any_of(chosen.begin(), chosen.end(),
                       [flag](const Node* node) { return (node->*flag)->count() > 0; });
  };
  bool full = wants(&Node::help_all);
  if (full || wants(&Node::help)) return HelpText(path, full);
  if (chosen.front()->version->count() > 0) return version_line + "\n";
  return std::nullopt;
}

std::map<std::string, std::vector<std::string>> GivenValues(const Node& node) {
  std::map<std::string, std::vector<std::string>> values;
  for (const auto& [id, option] : node.options) {
    if (option->count() > 0) values[id] = option->results();
  }
  return values;
}

}  // namespace

ParseResult ArgumentParser::Parse(const std::vector<std::string>& arguments) const {
  ParseResult result;
  auto refuse = [&result](std::string text) {
    result.outcome = ParseOutcome::kRefused;
    result.text = std::move(text);
    return result;
  };
  Tokens tokens;
  if (Refusal refusal = Normalize(arguments, tokens)) return refuse(*refusal);

  CLI::App app(root_.about, root_.name);
  Node root;
  root.spec = &root_;
  root.app = &app;
  Populate(root, /*is_root=*/true);
  try {
    app.parse(std::vector<std::string>(tokens.words.rbegin(), tokens.words.rend()));
  } catch (const CLI::ParseError& error) {
    return refuse(UsageError(error.what(), nullptr));
  }

  std::vector<const Node*> chosen = Chosen(root);
  for (const Node* node : chosen) result.path.push_back(node->spec);
  if (auto page = RequestedPage(chosen, result.path, version_line_)) {
    result.outcome = ParseOutcome::kPrint;
    result.text = std::move(*page);
    return result;
  }
  std::vector<std::string> words;
  if (Refusal refusal = CollectWords(chosen, result.path, words)) return refuse(*refusal);
  words.insert(words.end(), tokens.after_mark.begin(), tokens.after_mark.end());

  if (chosen.size() > 1) {
    Refusal refusal = ReadOptions({&root_}, Raw{GivenValues(root)}, result.root_arguments);
    if (refusal) return refuse(*refusal);
  }
  Raw given{GivenValues(*chosen.back())};
  if (Refusal refusal = ReadOptions(result.path, given, result.arguments)) return refuse(*refusal);
  if (Refusal refusal = ReadPositionals(result.path, std::move(words), result.arguments)) {
    return refuse(*refusal);
  }
  if (Refusal refusal = CheckMissing(result.path, result.arguments)) return refuse(*refusal);
  result.outcome = ParseOutcome::kRun;
  return result;
}

}  // namespace influxdb3::cli
