/// The page around its data: `Page/page.html` with styles, data and scripts in their places. All of it is in the program.
struct PageTemplate {
    /// Of the page, any text.
    let title: String
    /// JSON without `<`, so that nothing in it can end the element that it stands in.
    let data: [UInt8]

    private static let styles = [
        PackageResources.base_css, PackageResources.tables_css, PackageResources.charts_css, PackageResources.print_css,
    ]

    /// In the order in which they need each other; the last one begins.
    private static let scripts = [
        PackageResources.elements_js, PackageResources.figures_js, PackageResources.ticks_js,
        PackageResources.layers_js, PackageResources.distribution_js, PackageResources.tables_js,
        PackageResources.calls_js, PackageResources.summary_js, PackageResources.requests_js,
        PackageResources.waterfall_js, PackageResources.paths_js, PackageResources.failover_js,
        PackageResources.roots_js, PackageResources.icicle_js, PackageResources.listing_js,
        PackageResources.explorer_js, PackageResources.recording_js, PackageResources.main_js,
    ]

    /// Writes the page.
    func write(to sink: OutputSink) throws {
        for part in String(decoding: PackageResources.page_html, as: UTF8.self).split(separator: "@@") {
            switch part {
            case "TITLE": sink.bytes += PageText.escaped(title).utf8
            case "STYLE": sink.bytes += Self.styles.joined()
            case "DATA": sink.bytes += data
            case "SCRIPT": sink.bytes += Self.scripts.joined()
            default: sink.bytes += part.utf8
            }
            try sink.pass()
        }
    }
}
