# What the two specs share.
module Settings
  class << self
    attr_accessor :currency
  end
  self.currency = "EUR"
end
