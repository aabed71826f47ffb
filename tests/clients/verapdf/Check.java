import java.io.File;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Flavours joined by commas, then files: a line for each of both, with how many assertions held, and each rule that is broken. */
public class Check {
    public static void main(String[] given) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (int at = 1; at < given.length; at++) {
            for (String flavour : given[0].split(",")) {
                check(given[at], PDFAFlavour.byFlavourId(flavour));
            }
        }
    }

    private static void check(String file, PDFAFlavour flavour) throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file), flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            System.out.println(new File(file).getName() + "\t" + flavour.getId() + "\t"
                    + (result.isCompliant() ? "complies" : "breaks") + "\t" + result.getTotalAssertions());
            TreeSet<String> broken = new TreeSet<>();
            for (TestAssertion each : result.getTestAssertions()) {
                if (each.getStatus() == TestAssertion.Status.FAILED) {
                    broken.add("\t" + each.getRuleId().getClause() + "-" + each.getRuleId().getTestNumber() + " " + each.getMessage());
                }
            }
            broken.forEach(System.out::println);
        }
    }
}
