using System.Text;

namespace Graincast.Scoring;

/// <summary>Writes images, the only one to do so. The layout is in FORMAT.md; equal models give equal bytes.</summary>
public static class ImageWriter
{
    /// <summary>The image's bytes, named by their hash and already accepted by the kernel.</summary>
    /// <exception cref="ArgumentException">The model's parts do not fit each other.</exception>
    /// <exception cref="InvalidImageException">The kernel refuses the image: a number is not finite, or task, learner and link do not go together.</exception>
    public static byte[] Write(ModelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var sections = new ImageSections();
        var schema = SchemaWriter.Write(image.Columns, sections);
        var learner = LearnerWriter.Write(image.Learner, image.Outputs, schema.Features, sections);
        WriteLabels(image.Labels, sections);
        sections[ImageSection.Metadata].Write(Encoding.UTF8.GetBytes(image.MetadataJson));
        foreach (var other in image.Joint)
        {
            sections[ImageSection.Joint].Write(other);
        }

        var bytes = sections.Assemble(schema.Prepares ? ImageLayout.PrepareFlag : 0,
        [
            (uint)image.Task, (uint)image.Columns.Count, (uint)schema.Inputs, (uint)schema.Features,
            (uint)image.Outputs, (uint)image.Labels.Count, (uint)learner, (uint)image.Link,
        ]);
        ImageHash.Embed(bytes);
        ScoringModel.Open(bytes, verifyHash: false).Dispose();
        return bytes;
    }

    private static void WriteLabels(IReadOnlyList<Label> labels, ImageSections sections)
    {
        foreach (var label in labels)
        {
            sections.WriteText(ImageSection.Labels, label.Text);
            sections[ImageSection.Labels].Write(label.Value);
        }
    }
}
