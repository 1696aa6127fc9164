/// Encodes an absent value as null, and reads a key that is missing as absent. Synthesized coding would leave the key out, which
/// the contract promises, and refuse what was written before the key was added.
@propertyWrapper
public struct NullWhenAbsent<Value: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
    /// The value; nil if there is none.
    public internal(set) var wrappedValue: Value?

    /// Holds a value or none.
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

extension KeyedDecodingContainer {
    /// What synthesized decoding calls for such a property: nil for a key that is missing.
    public func decode<Value>(
        _ type: NullWhenAbsent<Value>.Type, forKey key: Key
    ) throws -> NullWhenAbsent<Value> {
        try decodeIfPresent(type, forKey: key) ?? NullWhenAbsent(wrappedValue: nil)
    }
}
