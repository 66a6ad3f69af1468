#ifndef HANDLER_H
#define HANDLER_H

#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "Checks.h"
#include "Greeter.h"

/* What the methods of checks.thrift do. */
class ChecksHandler : public checks::ChecksIf {
  using Notes = std::map<std::string, std::string>;

 public:
  void nothing() override {}
  void text(std::string& answer, const std::string& value) override { answer = value; }
  bool truth(const bool value) override { return value; }
  int8_t tiny(const int8_t value) override { return value; }
  int16_t small(const int16_t value) override { return value; }
  int32_t number(const int32_t value) override { return value; }
  int64_t large(const int64_t value) override { return value; }
  double fraction(const double value) override { return value; }
  void bytes(std::string& answer, const std::string& value) override { answer = value; }
  checks::Colour::type colour(const checks::Colour::type value) override { return value; }
  checks::Account account(const checks::Account value) override { return value; }
  void parcel(checks::Parcel& answer, const checks::Parcel& value) override { answer = value; }
  void tree(checks::Tree& answer, const checks::Tree& value) override { answer = value; }
  void series(std::vector<int32_t>& answer, const std::vector<int32_t>& value) override { answer = value; }
  void marks(std::set<int32_t>& answer, const std::set<int32_t>& value) override { answer = value; }
  void table(std::map<int32_t, int32_t>& answer, const std::map<int32_t, int32_t>& value) override { answer = value; }
  void notes(Notes& answer, const Notes& value) override { answer = value; }
  void rows(std::vector<std::vector<std::string>>& answer,
            const std::vector<std::vector<std::string>>& value) override {
    answer = value;
  }

  void products(std::map<int32_t, std::map<int32_t, int32_t>>& answer, const int32_t size) override {
    for (int32_t key = -size; key <= size; key++) {
      for (int32_t number = 1; key != 0 && number <= size; number++) answer[key][number] = key * number;
    }
  }

  void maze(std::map<checks::Account, std::map<checks::Colour::type, checks::Parcel>>& answer,
            const checks::Parcel& parcel) override {
    answer[1] = {{checks::Colour::RED, parcel}, {checks::Colour::GREEN, parcel}};
    answer[2] = {};
  }

  void compose(checks::Parcel& answer, const std::string& name, const checks::Account account,
               const checks::Colour::type colour, const Notes& notes) override {
    answer.name = name;
    answer.account = account;
    answer.colour = colour;
    answer.notes = notes;
  }

  void find(checks::Point& answer, const std::string& what) override {
    enter(what);
    answer.x = 3;
    answer.y = 4;
  }

  void enter(const std::string& what) override {
    if (what == "not found") {
      checks::NotFound error;
      error.key = what;
      throw error;
    }
    if (what == "refused") {
      checks::Refused error;
      error.code = 403;
      error.reason = "not today";
      error.place.x = 1;
      error.place.y = -1;
      error.place.__set_label("gate");
      throw error;
    }
    if (what == "undeclared") throw std::runtime_error("a failure that is not declared");
  }

  void note(const std::string& value) override {
    std::lock_guard<std::mutex> lock(mutex_);
    note_counts_[value]++;
  }

  int32_t noteCount(const std::string& value) override {
    std::lock_guard<std::mutex> lock(mutex_);
    return note_counts_[value];
  }

  int32_t later(const int32_t delay_ms) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
    return delay_ms;
  }

  void beside(std::string& answer, const std::string&) override { answer.clear(); }

 private:
  std::mutex mutex_;
  std::map<std::string, int32_t> note_counts_;
};

class GreeterHandler : public checks::GreeterIf {
 public:
  void greet(std::string& answer, const std::string& name) override { answer = "Good morning, " + name; }
};

#endif
