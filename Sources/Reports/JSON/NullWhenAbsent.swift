/// Encodes an absent value as null, where synthesized coding leaves the key out: the contract promises the key.
@propertyWrapper
public struct NullWhenAbsent<Value: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
    /// The value; nil if there is none.
    public internal(set) var wrappedValue: Value?

    /// Of a value or none.
    public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    /// Reads null as no value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }

    /// Writes null for no value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}
