require_relative "settings"

RSpec.describe "invoices" do
  before(:context) { @number = 7 }

  10.times do |i|
    it "counts #{i}" do
      expect(@number + i).to be > 6
    end
  end

  it "is in euros" do
    expect(Settings.currency).to eq("EUR")
  end

  it "is not written yet"

  it "comes last" do
    expect(@number).to eq(7)
  end
end
