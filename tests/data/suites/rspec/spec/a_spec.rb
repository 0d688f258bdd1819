# One polluter (it leaves a setting behind) and, in b_spec.rb, its victim.
require_relative "settings"

RSpec.describe "prices" do
  12.times do |i|
    it "adds #{i}" do
      expect(i + i).to eq(2 * i)
    end
  end

  context "in another country" do
    it "is in dollars" do
      Settings.currency = "USD"
      expect(Settings.currency).to eq("USD")
    end

    it "is in \"odd\\quotes\"\tand tabs" do
      expect(1).to eq(1)
    end
  end
end
