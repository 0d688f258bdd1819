// A GoogleTest program with one polluter, Country.SpeaksOfDollars, and its victim,
// Invoice.IsInEuros; and with the kinds of tests whose names are not plain.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

static std::string currency = "EUR";

TEST(Prices, Add) { EXPECT_EQ(1 + 1, 2); }
TEST(Prices, Subtract) { EXPECT_EQ(2 - 1, 1); }
TEST(Prices, PrintWithoutNewline) { printf("no newline"); }
TEST(Prices, DISABLED_Multiply) { FAIL(); }
TEST(Prices, Skipped) { GTEST_SKIP() << "not on this machine"; }

class Numbers : public testing::TestWithParam<int> {};
TEST_P(Numbers, AreSmall) { EXPECT_LT(GetParam(), 100); }
INSTANTIATE_TEST_SUITE_P(Some, Numbers, testing::Range(0, 8));
INSTANTIATE_TEST_SUITE_P(Named, Numbers, testing::Values(3), [](const auto &) { return "Three"; });

template <typename T> class Typed : public testing::Test {};
using Types = testing::Types<char, long>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, HasSize) { EXPECT_GT(sizeof(TypeParam), 0u); }

TEST(Country, SpeaksOfDollars) { currency = "USD"; }
TEST(Country, HasAName) { EXPECT_STRNE("", "Utopia"); }

TEST(EndingDeathTest, Exits) { EXPECT_EXIT(exit(3), testing::ExitedWithCode(3), ""); }

TEST(Invoice, IsWritten) {}
TEST(Invoice, IsInEuros) { EXPECT_EQ(currency, "EUR"); }
TEST(Invoice, IsSent) {}

// Crashes when asked to by the environment.
TEST(Invoice, MayCrash)
{
	if (getenv("CRASH"))
		abort();
}
